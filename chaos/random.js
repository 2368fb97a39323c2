/** Chance that comes out the same for the same seed. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, 1 excluded. A linear congruential step, scrambled so that neighbouring seeds have nothing in common. */
  next() {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return scramble(this.#state) / 2 ** 32;
  }

  /**
   * A whole number.
   * @param {number} lowest
   * @param {number} highest
   */
  between(lowest, highest) {
    return lowest + Math.floor(this.next() * (highest - lowest + 1));
  }

  /**
   * @template T
   * @param {T[]} list
   * @returns {T}
   */
  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  /**
   * One of the list, the heavier the likelier.
   * @template {{ weight: number }} T
   * @param {T[]} list
   * @returns {T}
   */
  pickWeighted(list) {
    const total = list.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.next() * total;
    return list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1);
  }

  /**
   * The list in another order.
   * @template T
   * @param {T[]} list
   * @returns {T[]}
   */
  shuffle(list) {
    const rest = [...list];
    return list.map(() => rest.splice(this.between(0, rest.length - 1), 1)[0]);
  }
}

/**
 * From 0 to 1, and always the same for the same text and seed.
 * @param {number} seed
 * @param {string} text
 */
export function shareOf(seed, text) {
  let value = scramble(seed >>> 0);
  for (const letter of text) value = scramble((value ^ letter.codePointAt(0)) >>> 0);
  return value / 2 ** 32;
}

/** @param {number} value a whole number of 32 bits */
function scramble(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
