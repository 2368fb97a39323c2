/** So many accounts sign in. */
const AMOUNT = 20;

/** @type {WeakMap<import('./servers.js').Server, Promise<string[]>>} */
const known = new WeakMap();

/**
 * Access tokens of this server, each of another account; the same accounts on every server.
 * @param {import('./servers.js').Server} server
 * @param {import('./dataset.js').Dataset} dataset
 * @returns {Promise<string[]>}
 */
export async function tokensOf(server, dataset) {
  if (!known.has(server)) known.set(server, signIn(server, dataset));
  return known.get(server);
}

async function signIn({ url, name }, { accounts, password }) {
  const tokens = [];
  for (const username of accounts.slice(0, AMOUNT)) {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (!answer.ok) throw new Error(`${name} answers a sign-in with ${answer.status}: ${await answer.text()}`);
    const { access_token: token } = await answer.json();
    tokens.push(token);
  }
  return tokens;
}
