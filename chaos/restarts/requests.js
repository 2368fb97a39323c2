/** Of so many requests of a client one writes. */
const WRITES = 20;

/**
 * What clients ask for: mostly lists, and now and then a new post. Makes the account that writes.
 * @param {string} url of a process
 * @returns {Promise<(client: number, turn: number) => import('./balancer.js').Request>}
 */
export async function readsAndWrites(url) {
  const password = 'correct horse battery';
  await post(`${url}/api/v1/users`, { email: 'writer@example.com', username: 'writer', password });
  const { access_token: token } = await post(`${url}/api/v1/auth/login`, { username: 'writer', password });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return (client, turn) =>
    turn % WRITES === client % WRITES
      ? {
          method: 'POST',
          path: '/api/v1/posts',
          headers,
          body: JSON.stringify({ title: `${client}, ${turn}`, content: '' }),
        }
      : { method: 'GET', path: '/api/v1/posts?limit=20' };
}

/**
 * @param {string} url
 * @param {object} body
 */
async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.json();
}
