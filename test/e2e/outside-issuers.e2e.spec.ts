import { freePort, Program } from '../support/program.js';
import { createPerson } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { expectProblem } from './support/problem.js';

const USERS = '/api/v1/users';

/** Tokens of a real better-auth server, and what happens when it is gone. */
describe('an outside issuer', () => {
  let issuer: Program;
  let issuerUrl: string;
  let api: TestApi;

  beforeAll(async () => {
    const port = await freePort();
    issuerUrl = `http://127.0.0.1:${port}`;
    issuer = new Program('test/support/better-auth-server.js', { PORT: String(port) });
    await issuer.says('listening');
    api = await TestApi.start({
      AUTH_ISSUERS: JSON.stringify([
        { issuer: issuerUrl, jwksUri: `${issuerUrl}/api/auth/jwks`, audience: issuerUrl, algorithms: ['EdDSA'] },
      ]),
    });
  });

  afterAll(async () => {
    await issuer.stop('SIGKILL');
    await api.stop();
  });

  /** Signs up there, and comes back with a token of theirs. */
  async function tokenOf(email: string, name = 'Ada Lovelace'): Promise<string> {
    const signUp = await fetch(`${issuerUrl}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: issuerUrl },
      body: JSON.stringify({ email, name, password: 'correct horse battery' }),
    });
    const cookie = signUp.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const answer = await fetch(`${issuerUrl}/api/auth/token`, { headers: { cookie } });
    const { token } = (await answer.json()) as { token: string };
    return token;
  }

  const countUsers = async () => (await api.database.rows('SELECT id FROM users')).length;

  it('is believed: the first token of somebody makes an account, every further one finds it', async () => {
    const token = await tokenOf('verified.ada@example.com');
    const first = await api.client(token).get(`${USERS}/me`);
    expect(first).toMatchObject({
      status: 200,
      body: { email: 'verified.ada@example.com', emailVerified: true, fullName: 'Ada Lovelace', role: 'user' },
    });
    const second = await api.client(token).get(`${USERS}/me`);
    expect(second.body.id).toBe(first.body.id);
    const post = await api.client(token).post('/api/v1/posts', { title: 'From outside', content: 'Hello.' });
    expect(post.status).toBe(201);
    expect((await api.client(token).post('/api/v1/auth/logout')).status).toBe(204);
  });

  it('makes one account of twenty first requests at once', async () => {
    const token = await tokenOf('verified.grace@example.com');
    const before = await countUsers();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.client(token).get(`${USERS}/me`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await countUsers()).toBe(before + 1);
  });

  it('opens no account by an address that it has not verified', async () => {
    const before = await countUsers();
    expectProblem(await api.client(await tokenOf('mallory@example.com')).get(`${USERS}/me`), 401, 'INVALID_TOKEN');
    expect(await countUsers()).toBe(before);
  });

  it('is linked to an account that is here only where that has verified the address too', async () => {
    const person = await createPerson(api, 'verified.linus');
    const token = await tokenOf(person.email);
    expectProblem(await api.client(token).get(`${USERS}/me`), 401, 'INVALID_TOKEN');

    await api.database.rows('UPDATE users SET email_verified_at = now() WHERE id = $1', [person.id]);
    const linked = await api.client(token).get(`${USERS}/me`);
    expect(linked).toMatchObject({ status: 200, body: { id: person.id } });
  });

  it('does not outlive what is done to its account here', async () => {
    const token = await tokenOf('verified.dora@example.com');
    const { body } = await api.client(token).get(`${USERS}/me`);
    await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [body.id]);
    expectProblem(await api.client(token).get(`${USERS}/me`), 403, 'ACCOUNT_DISABLED');
    await api.database.rows('UPDATE users SET is_active = true, deleted_at = now() WHERE id = $1', [body.id]);
    expectProblem(await api.client(token).get(`${USERS}/me`), 401, 'INVALID_TOKEN');
  });

  it('is not believed where a token was changed, or is over', async () => {
    const token = await tokenOf('verified.eve@example.com');
    const [header, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ iss: issuerUrl, aud: issuerUrl, sub: 'x', exp: 9_999_999_999 }));
    const changed = `${header}.${forged.toString('base64url')}.${signature}`;
    expectProblem(await api.client(changed).get(`${USERS}/me`), 401, 'INVALID_TOKEN');
    api.travel(86_400);
    expectProblem(await api.client(token).get(`${USERS}/me`), 401, 'INVALID_TOKEN');
    api.travel(-86_400);
  });

  it('that is gone neither opens nor slows other routes', async () => {
    const token = await tokenOf('verified.late@example.com');
    const fresh = await TestApi.start({
      AUTH_ISSUERS: JSON.stringify([
        { issuer: issuerUrl, jwksUri: `${issuerUrl}/api/auth/jwks`, audience: issuerUrl, algorithms: ['EdDSA'] },
      ]),
    });
    await issuer.stop('SIGKILL');
    expectProblem(await fresh.client(token).get(`${USERS}/me`), 503, 'SERVICE_UNAVAILABLE');
    expect((await fresh.client().get('/api/v1/posts')).status).toBe(200);
    const person = await createPerson(fresh, 'insider');
    expect((await person.client.get(`${USERS}/me`)).status).toBe(200);
    await fresh.stop();
  });
});
