import type { Role } from '../../src/common/access/role.js';
import type { TestApi } from './test-api.js';
import type { TestClient } from './test-client.js';

export const PASSWORD = 'correct horse battery';

export interface Person {
  id: string;
  email: string;
  username: string;
  client: TestClient;
  accessToken: string;
  refreshToken: string;
}

/** Signs somebody up through the API, gives them the role in the database, and signs them in. */
export async function createPerson(api: TestApi, username: string, role: Role = 'user'): Promise<Person> {
  const email = `${username}@example.com`;
  const signUp = await api.client().post('/api/v1/users', { email, username, password: PASSWORD });
  if (signUp.status !== 201) throw new Error(`Sign-up failed: ${signUp.text}`);
  if (role !== 'user') await api.database.rows('UPDATE users SET role = $2 WHERE id = $1', [signUp.body.id, role]);
  return signIn(api, username);
}

/** A further session of somebody who has an account. */
export async function signIn(api: TestApi, username: string): Promise<Person> {
  const login = await api.client().post('/api/v1/auth/login', { username, password: PASSWORD });
  if (login.status !== 200) throw new Error(`Sign-in failed: ${login.text}`);
  const { access_token: accessToken, refresh_token: refreshToken } = login.body;
  const client = api.client(accessToken);
  const { body } = await client.get('/api/v1/users/me');
  return { id: body.id, email: body.email, username, client, accessToken, refreshToken };
}
