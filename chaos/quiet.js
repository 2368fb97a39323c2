import { setTimeout as sleep } from 'node:timers/promises';

const POLL = 500;

/** Everything that the product still has to do. */
const OWED = `SELECT
    (SELECT count(*)::int FROM outbox_events WHERE state <> 'done') AS "events",
    (SELECT count(*)::int FROM email_fan_outs WHERE done_at IS NULL) AS "fan-outs",
    (SELECT count(*)::int FROM posts WHERE status = 'scheduled') AS "scheduled posts",
    (SELECT count(*)::int FROM emails WHERE state IN ('pending', 'sending')) AS "mails"`;

/**
 * Waits until nothing is owed any more.
 * @param {import('./services/postgres.js').Postgres} postgres
 * @param {number} limit milliseconds
 * @param {(line: string) => void} tell
 * @returns {Promise<Record<string, number>>} what still is after that time; all 0 where everything was done
 */
export async function untilQuiet(postgres, limit, tell) {
  let owed = {};
  let told = '';
  for (const end = Date.now() + limit; Date.now() < end; await sleep(POLL)) {
    [owed] = await postgres.rows(OWED);
    if (Object.values(owed).every((count) => count === 0)) break;
    const line = Object.entries(owed)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
    if (line !== told) tell(`Owed: ${line}`);
    told = line;
  }
  return owed;
}
