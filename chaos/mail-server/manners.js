import { Random, shareOf } from '../random.js';

/** How a connection begins. What holds it for long is rare: else the server would decide alone how much can be sent. */
const GREETINGS = [
  { name: 'greet', weight: 85 },
  { name: 'busy', weight: 6 },
  { name: 'mute', weight: 1.5 },
  { name: 'close', weight: 6 },
  { name: 'trickle', weight: 1.5 },
];

/** What becomes of a message once its final dot is there. */
const ENDINGS = [
  { name: 'take', weight: 88 },
  { name: 'later', weight: 3 },
  { name: 'drop before storing', weight: 3 },
  { name: 'drop after storing', weight: 4 },
  { name: 'hang before storing', weight: 0.2 },
  { name: 'hang after storing', weight: 0.2 },
];

/** Shares of the recipients that are put off (450), that are met with silence, and that are refused for good (550). */
const PUT_OFF = 0.02;
const IGNORED = 0.001;
const REFUSED = 0.02;

/** These get their mail at once, so that the time to it says something of the product. */
const PROBE = 'probe-';

/** Decides how the mail server treats whoever sends: badly, and by chance, while it is told to misbehave. */
export class Manners {
  #random;
  #seed;
  #endingsLeft;
  /** @type {Map<string, number>} */
  #badEndings = new Map();
  isBad = false;

  /**
   * @param {number} seed
   * @param {number} badEndings that a message can meet: each doubles the time to the next attempt
   */
  constructor(seed, badEndings) {
    this.#seed = seed;
    this.#random = new Random(seed + 1);
    this.#endingsLeft = badEndings;
  }

  greeting() {
    return this.isBad ? this.#random.pickWeighted(GREETINGS).name : 'greet';
  }

  /**
   * Who is refused is refused for ever: a 550 is an answer, and no failure that passes.
   * @param {string} address
   */
  recipient(address) {
    if (address.startsWith(PROBE)) return 'take';
    if (this.refuses(address)) return 'refuse';
    if (!this.isBad) return 'take';
    const chance = this.#random.next();
    if (chance < IGNORED) return 'ignore';
    return chance < IGNORED + PUT_OFF ? 'later' : 'take';
  }

  /** @param {string} address */
  refuses(address) {
    return address.startsWith('reader-') && shareOf(this.#seed, address) < REFUSED;
  }

  /** @param {{ id: string, to: string }} message */
  ending({ id, to }) {
    if (!this.isBad || to.startsWith(PROBE)) return 'take';
    const before = this.#badEndings.get(id) ?? 0;
    if (before >= this.#endingsLeft) return 'take';
    const ending = this.#random.pickWeighted(ENDINGS).name;
    if (ending !== 'take') this.#badEndings.set(id, before + 1);
    return ending;
  }
}
