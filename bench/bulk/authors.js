const PASSWORD = 'bench with a long password';

/** An author on the API, with an access token. */
export class Author {
  /**
   * @param {string} api its address, with the prefix of the version
   * @param {string} name
   */
  static async signUp(api, name) {
    const email = `${name}@example.com`;
    const { id } = await call(`${api}/users`, { body: { email, password: PASSWORD, username: name } });
    const form = new URLSearchParams({ grant_type: 'password', username: email, password: PASSWORD });
    const { access_token: token } = await call(`${api}/auth/token`, { form });
    return new Author(api, id, token);
  }

  constructor(api, id, token) {
    Object.assign(this, { api, id, token });
  }

  /** @returns {Promise<string>} the id of a draft */
  async draft() {
    const body = { title: 'News from the press', content: 'What happened, in some words.' };
    return (await call(`${this.api}/posts`, { token: this.token, body })).id;
  }

  /** @param {string} id @returns {Promise<number>} milliseconds until it was answered */
  async publish(id) {
    const started = performance.now();
    await call(`${this.api}/posts/${id}/publish`, { token: this.token, body: {} });
    return performance.now() - started;
  }
}

/** @param {string} url @param {{ token?: string, body?: object, form?: URLSearchParams }} request */
export async function call(url, { token, body, form }) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: form ?? JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
