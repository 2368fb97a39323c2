/**
 * What a request is described by before it is known what there is: a description is printed, shrunk and repeated, and
 * becomes bytes only when it is sent.
 */

/** A piece of JSON as it goes over the wire, well-formed or not. */
export class Raw {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** An object whose keys may be repeated, or be those that every object has already. */
export class Members {
  /** @param {[string, unknown][]} list */
  constructor(list) {
    this.list = list;
  }
}

/** Something that is there when the request is sent: an id, a name, a token. */
export class Reference {
  /**
   * @param {string} kind
   * @param {'own' | 'any'} whose
   * @param {number} place in what there is, counted round and round
   */
  constructor(kind, whose = 'own', place = 0) {
    this.kind = kind;
    this.whose = whose;
    this.place = place;
  }
}

/** @typedef {(reference: Reference) => string} Resolve */

/**
 * @param {unknown} value
 * @param {Resolve} resolve
 * @returns {string} JSON, but for what is meant to be none
 */
export function toJson(value, resolve) {
  if (value instanceof Raw) return value.text;
  if (value instanceof Reference) return JSON.stringify(resolve(value));
  if (value instanceof Members)
    return `{${value.list.map(([name, member]) => `${JSON.stringify(name)}:${toJson(member, resolve)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item, resolve)).join(',')}]`;
  return JSON.stringify(value) ?? 'null';
}

/**
 * @param {unknown} value
 * @param {Resolve} resolve
 * @returns {string} as it stands in a path, a query, a form or a header
 */
export function toText(value, resolve) {
  if (typeof value === 'string') return value;
  return value instanceof Reference ? resolve(value) : toJson(value, resolve);
}

/**
 * Percent-encoded; half of a surrogate pair as the bytes that it would have.
 * @param {string} text
 */
export function percent(text) {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return [...text]
    .map((character) => (character.isWellFormed() ? encodeURIComponent(character) : '%ED%A0%80'))
    .join('');
}
