/**
 * A mail that the server has put into a mailbox.
 * @typedef {object} Copy
 * @property {string} id the part of its Message-ID that is the id of its row
 * @property {string} to
 * @property {string} worker the process that sent it
 * @property {string} [token] of the link in it
 * @property {number} storedAt when the final dot was there
 * @property {number} [answeredAt] when its 250 had been written; undefined where that never was
 * @property {string} [brokenBy] what the server itself did in the place of answering
 */

/** What the mail server took and refused. */
export class MailLog {
  /** @type {Copy[]} */
  copies = [];
  /** @type {Set<string>} */
  refusals = new Set();

  /**
   * @param {Pick<Copy, 'id' | 'to' | 'worker' | 'token'>} message
   * @returns {Copy}
   */
  stored(message) {
    const copy = { ...message, storedAt: Date.now() };
    this.copies.push(copy);
    return copy;
  }

  /** @param {string} address */
  refused(address) {
    this.refusals.add(address);
  }

  /**
   * The first mail to this address.
   * @param {string} address
   */
  firstTo(address) {
    return this.copies.find(({ to }) => to === address);
  }
}
