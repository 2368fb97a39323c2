/**
 * @typedef {object} Person
 * @property {string} name the role, or `anonymous`
 * @property {string} role
 * @property {string} id
 * @property {string} username
 * @property {string} email
 * @property {string} password
 * @property {string} token
 * @property {string} refreshToken
 * @property {boolean} isStale what was sent has ended the session, or the account
 */

/** @type {Person} */
const ANONYMOUS = Object.freeze({
  name: 'anonymous',
  role: 'none',
  id: '',
  username: '',
  email: '',
  password: '',
  token: '',
  refreshToken: '',
  isStale: false,
});

/** Three accounts of different roles; who loses theirs to what they send gets another one. */
export class People {
  #site;
  #numbers = 0;
  /** @type {Record<string, Promise<Person>>} */
  #present = {};
  /** All that there ever were, by id. @type {Map<string, Person>} */
  all = new Map();

  /** @param {import('./site.js').Site} site */
  constructor(site) {
    this.#site = site;
  }

  /**
   * @param {string} name
   * @returns {Promise<Person>} with a session that was good when it was last used
   */
  async get(name) {
    if (name === ANONYMOUS.name) return ANONYMOUS;
    const before = this.#present[name];
    const person = await before;
    if (person && !person.isStale) return person;
    // Only the first of those who wait makes a new one.
    if (this.#present[name] === before) this.#present[name] = this.#create(name);
    return this.#present[name];
  }

  /** @param {string} role */
  async #create(role) {
    this.#numbers += 1;
    const username = `${role}.${this.#numbers}`;
    const [email, password] = [`${username}@fuzz.example`, `kept from everybody ${username}`];
    const { id } = await this.#site.post('/api/v1/users', { email, username, password });
    await this.#site.query('UPDATE users SET role = $2 WHERE id = $1', [id, role]);
    const tokens = await this.#site.post('/api/v1/auth/login', { username, password });
    const [token, refreshToken] = [tokens.access_token, tokens.refresh_token];
    const person = { name: role, role, id, username, email, password, token, refreshToken, isStale: false };
    this.all.set(id, person);
    return person;
  }
}
