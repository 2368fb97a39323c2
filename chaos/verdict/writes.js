/**
 * @typedef {object} WriteFigures
 * @property {number} acknowledged
 * @property {string[]} missing
 * @property {string[]} strange what is there and should not be
 */

/**
 * Holds what clients were told against what is there.
 * @param {import('../services/postgres.js').Postgres} postgres
 * @param {import('../load/ledger.js').Ledger} ledger
 * @returns {Promise<WriteFigures>}
 */
export async function judgeWrites(postgres, ledger) {
  const there = await readAll(postgres);
  const expected = expectedWrites(ledger);
  return {
    acknowledged: expected.length,
    missing: expected.filter((write) => !there.has(write)),
    strange: await findStrange(postgres),
  };
}

/** @param {import('../load/ledger.js').Ledger} ledger */
const expectedWrites = ({ accounts, posts, subscriptions, sessions, requests, edits, verifications }) => [
  ...accounts.map(({ id, email }) => `account ${id} ${email}`),
  ...posts.map(({ id, title, content }) => `post ${id} ${title} ${content}`),
  ...posts.filter(({ isPublic }) => isPublic).map(({ id }) => `publication ${id}`),
  ...edits.map(({ id, excerpt }) => `edit ${id} ${excerpt}`),
  ...verifications.map(({ id }) => `verification ${id}`),
  ...subscriptions.map(({ authorId, subscriberId }) => `subscription ${authorId} ${subscriberId}`),
  ...sessions.map(({ id, userId }) => `session ${id} ${userId}`),
  ...requests.map(({ type, email }) => `request ${type} ${email}`),
];

/** In the same words. */
const THERE = `
  SELECT concat_ws(' ', 'account', id, email) AS write FROM users
  UNION ALL SELECT concat_ws(' ', 'verification', id) FROM users WHERE email_verified_at IS NOT NULL
  UNION ALL SELECT concat_ws(' ', 'post', id, title, content) FROM posts
  UNION ALL SELECT concat_ws(' ', 'publication', id) FROM posts WHERE status = 'published' AND published_at IS NOT NULL
  UNION ALL SELECT concat_ws(' ', 'edit', id, excerpt) FROM posts
  UNION ALL SELECT concat_ws(' ', 'subscription', author_id, subscriber_id) FROM subscriptions
  UNION ALL SELECT concat_ws(' ', 'session', id, user_id) FROM sessions WHERE revoked_at IS NULL
  UNION ALL SELECT concat_ws(' ', 'request', type, payload->>'email') FROM outbox_events`;

/** @param {import('../services/postgres.js').Postgres} postgres */
async function readAll(postgres) {
  const rows = await postgres.rows(THERE);
  return new Set(rows.map(({ write }) => write));
}

/** Each gives one line for whatever breaks it. */
const INVARIANTS = [
  `SELECT 'Two accounts of ' || email_key AS line FROM users GROUP BY email_key HAVING count(*) > 1`,
  `SELECT count(*) || ' posts with the title ' || title AS line FROM posts GROUP BY title HAVING count(*) > 1`,
  `SELECT 'The event ' || id || ' is ' || state AS line FROM outbox_events WHERE state <> 'done'`,
  `SELECT 'The mail ' || id || ' is ' || state AS line FROM emails WHERE state IN ('pending', 'sending')`,
  `SELECT 'The mails about ' || post_id || ' are not all written' AS line FROM email_fan_outs WHERE done_at IS NULL`,
  `SELECT 'The post ' || id || ' was to appear at ' || publish_at AS line FROM posts WHERE status = 'scheduled'`,
  `SELECT 'The post ' || p.id || ' is ' || p.status || ' and was published ' || count(e.id) || ' times' AS line
     FROM posts p LEFT JOIN outbox_events e ON e.type = 'PostPublished' AND e.payload->>'postId' = p.id::text
     GROUP BY p.id HAVING count(e.id) <> CASE WHEN p.status = 'published' THEN 1 ELSE 0 END`,
  `SELECT 'The account ' || u.id || ' was registered ' || count(e.id) || ' times' AS line
     FROM users u LEFT JOIN outbox_events e ON e.type = 'UserRegistered' AND e.payload->>'userId' = u.id::text
     GROUP BY u.id HAVING count(e.id) <> 1`,
];

/** @param {import('../services/postgres.js').Postgres} postgres */
async function findStrange(postgres) {
  const lines = [];
  for (const text of INVARIANTS) lines.push(...(await postgres.rows(text)).map(({ line }) => line));
  return lines;
}
