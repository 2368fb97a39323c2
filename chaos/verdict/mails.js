/**
 * @typedef {object} MailFigures
 * @property {number} owed
 * @property {number} delivered
 * @property {number} refused failed for good, by a 5xx
 * @property {string[]} lost
 * @property {string[]} strange what should not be, and is not a loss
 */

/** @typedef {{ id: string, kind: string, userId: string, postId: string | null, to: string, state: string, lastAnswer: string | null, sentAt: Date | null, wasPutOff: boolean }} MailRow */

const ROWS = `SELECT id, kind, user_id AS "userId", post_id AS "postId", to_address AS "to", state,
    last_answer AS "lastAnswer", sent_at AS "sentAt", history @> '[{"state": "pending"}]' AS "wasPutOff" FROM emails`;

/**
 * Every mail that the product knows of.
 * @param {import('../services/postgres.js').Postgres} postgres
 * @returns {Promise<MailRow[]>}
 */
export const readMails = async (postgres) => postgres.rows(ROWS);

/**
 * A mail is owed where a client was told that something is done that causes it, and where there is a row for it. It is
 * lost unless the server stored it, or refused it for good and the row says so.
 * @param {MailRow[]} rows
 * @param {import('../load/ledger.js').Ledger} ledger
 * @param {import('../mail-server/log.js').MailLog} log
 * @returns {MailFigures}
 */
export function judgeMails(rows, ledger, log) {
  const stored = new Set(log.copies.map(({ id }) => id));
  const known = new Set(rows.map(({ id }) => id));
  const caused = new Set(rows.flatMap((row) => namesOf(row)));
  const isRefused = ({ state, lastAnswer, to }) =>
    state === 'failed' && lastAnswer?.includes('550 5.1.1') && log.refusals.has(to);

  const unwritten = expectedMails(ledger).filter((name) => !caused.has(name));
  const unsent = rows.filter((row) => !stored.has(row.id) && !isRefused(row));
  return {
    owed: rows.length + unwritten.length,
    delivered: stored.size,
    refused: rows.filter((row) => !stored.has(row.id) && isRefused(row)).length,
    lost: [
      ...unwritten.map((name) => `${name}: no row`),
      ...unsent.map(({ id, kind, to, state, lastAnswer }) => `${kind} to ${to} (${id}): ${state}, ${lastAnswer}`),
    ],
    strange: [
      ...[...stored]
        .filter((id) => !known.has(id))
        .map((id) => `The mail server has ${id}, and there is no row for it`),
      ...rows
        .filter((row) => stored.has(row.id) && row.state !== 'sent')
        .map(({ id, state }) => `${id} was delivered and is ${state}`),
      ...repeated(rows.filter(({ kind }) => kind === 'welcome').map(({ userId }) => userId)).map(
        (userId) => `${userId} was owed more than one welcome`,
      ),
    ],
  };
}

/** What was caused must be found under each of these names. @param {MailRow} row */
const namesOf = ({ kind, userId, postId, to }) =>
  postId ? [`${kind} of ${postId} for ${userId}`] : [`${kind} for ${userId}`, `${kind} to ${to}`];

/**
 * @param {import('../load/ledger.js').Ledger} ledger
 * @returns {string[]}
 */
function expectedMails({ accounts, posts, subscriptions, sessions, requests }) {
  const newPosts = posts
    .filter(({ isPublic }) => isPublic)
    .flatMap(({ id, authorId }) =>
      subscriptions
        .filter((one) => one.authorId === authorId)
        .map(({ subscriberId }) => `new-post of ${id} for ${subscriberId}`),
    );
  return [
    ...accounts.map(({ id }) => `welcome for ${id}`),
    ...newPosts,
    ...sessions.filter(({ isNewDevice }) => isNewDevice).map(({ userId }) => `new-sign-in for ${userId}`),
    ...requests.map(({ kind, email }) => `${kind} to ${email}`),
  ];
}

/** @param {string[]} texts */
const repeated = (texts) => [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))];
