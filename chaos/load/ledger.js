/**
 * What clients were told is done: 2xx each.
 * @typedef {object} Ledger
 * @property {{ id: string, email: string }[]} accounts
 * @property {{ id: string, title: string, content: string, authorId: string, isPublic: boolean }[]} posts
 * @property {{ id: string }[]} verifications of addresses
 * @property {{ authorId: string, subscriberId: string }[]} subscriptions
 * @property {{ id: string, userId: string, isNewDevice: boolean }[]} sessions
 * @property {{ type: string, kind: string, email: string }[]} requests for a mail
 * @property {{ id: string, excerpt: string }[]} edits the last one of each post
 * @property {string[]} refusals answers that a client cannot explain
 */

/** @returns {Ledger} */
export const newLedger = () => ({
  accounts: [],
  posts: [],
  verifications: [],
  subscriptions: [],
  sessions: [],
  requests: [],
  edits: [],
  refusals: [],
});
