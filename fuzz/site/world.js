/** So many of a kind are remembered; older ones are forgotten first. */
const REMEMBERED = 200;

const STRANGER = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

/** @typedef {import('../generation/values.js').Reference} Reference */
/** @typedef {import('./people.js').Person} Person */

/** What is there to be referred to: ids, names and cursors that came with answers, and whose they are. */
export class World {
  /** By kind: what it is, and the id of its owner. @type {Record<string, { value: string, owner: string }[]>} */
  #things = {};
  /** Owners of posts and sessions, for good. @type {Map<string, string>} */
  owners = new Map();
  #people;

  /** @param {import('./people.js').People} people */
  constructor(people) {
    this.#people = people;
  }

  /**
   * @param {string} kind
   * @param {unknown} value
   * @param {string} [owner] the id of an account
   */
  add(kind, value, owner = '') {
    if (typeof value !== 'string' || value === '') return;
    const things = (this.#things[kind] ??= []);
    if (owner) this.owners.set(value, owner);
    if (things.some((thing) => thing.value === value)) return;
    things.push({ value, owner });
    if (things.length > REMEMBERED) things.shift();
  }

  /**
   * @param {Person} person who sends it
   * @returns {import('../generation/values.js').Resolve}
   */
  resolver(person) {
    return (reference) => this.#ofPeople(reference, person) ?? this.#ofThings(reference, person);
  }

  /**
   * @param {Reference} reference
   * @param {Person} person
   */
  #ofPeople({ kind, whose, place }, person) {
    const everybody = [...this.#people.all.values()].slice(-12);
    const somebody = whose === 'own' && person.id ? person : everybody[place % everybody.length];
    const known = {
      user: somebody?.id,
      username: somebody?.username,
      email: somebody?.email,
      // Nobody has another's secrets.
      password: person.password || 'a password of nobody',
      'access-token': person.token || 'x',
      'refresh-token': person.refreshToken || 'x',
    };
    return known[kind];
  }

  /**
   * @param {Reference} reference
   * @param {Person} person
   */
  #ofThings({ kind, whose, place }, person) {
    const things = this.#things[kind] ?? [];
    const own = whose === 'own' ? things.filter(({ owner }) => owner === person.id) : [];
    const list = own.length > 0 ? own : things;
    return list[place % list.length]?.value ?? STRANGER;
  }

  /**
   * Remembers what an answer that succeeded tells of.
   * @param {import('../operations.js').Operation} operation
   * @param {unknown} body
   * @param {Person} person
   */
  learn({ path }, body, person) {
    if (typeof body !== 'object' || body === null) return;
    this.add('cursor', body.page?.nextCursor);
    for (const item of Array.isArray(body.items) ? body.items : [body]) {
      if (item.author?.id && item.id) {
        this.add('post', item.id, item.author.id);
        this.add('slug', item.slug);
      }
      if (path.endsWith('/sessions')) this.add('session', item.id, person.id);
    }
  }
}
