import type { Client } from 'pg';
import { RELAY_CONNECTION } from '../../../core/outbox/relay-connection.js';
import { ok, warning, type Finding } from './finding.js';

/** What waits for longer is not being worked off, in seconds. */
const LATE = 60;
/** Counted no further than this, so that a large table is not read. */
const MAX_COUNT = 100_000;

const WORKERS = `SELECT count(*)::int AS total FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = $1`;

// Each by an index that has these rows alone.
const WAITING = `SELECT
  (SELECT coalesce(extract(epoch FROM now() - min(next_try_at)), 0)::float FROM (
    SELECT next_try_at FROM emails WHERE state IN ('pending', 'sending') ORDER BY next_try_at, id LIMIT 1) AS due) AS mail,
  (SELECT coalesce(extract(epoch FROM now() - min(next_try_at)), 0)::float FROM (
    SELECT next_try_at FROM outbox_events WHERE state = 'pending' ORDER BY next_try_at, id LIMIT 1) AS due) AS event,
  (SELECT count(*)::int FROM (SELECT FROM emails WHERE state = 'failed' LIMIT $1) AS failed) AS failed,
  (SELECT count(*)::int FROM (SELECT FROM outbox_events WHERE state = 'parked' LIMIT $1) AS parked) AS parked`;

interface Waiting {
  /** Seconds that the first one is overdue; less than 0 for one whose time is to come. */
  mail: number;
  event: number;
  failed: number;
  parked: number;
}

/** Whether workers are there, and do what there is to do. */
export async function checkWork(client: Client): Promise<Finding[]> {
  const { rows: counted } = await client.query<{ total: number }>(WORKERS, [RELAY_CONNECTION]);
  const { rows } = await client.query<Waiting>(WAITING, [MAX_COUNT]);
  const workers = counted[0]?.total ?? 0;
  const { mail, event, failed, parked } = rows[0] as Waiting;
  const remedy = workers === 0 ? 'npm run start:worker' : "look at the workers' logs and their /readiness";
  return [
    workers > 0
      ? ok('workers', `${workers} connected`)
      : warning('workers', 'none is connected, so that no mail is sent', 'npm run start:worker'),
    mail > LATE
      ? warning('mails', `the oldest has been due for ${time(mail)}`, remedy)
      : ok('mails', 'none is overdue'),
    ...(failed > 0 ? [warning('mails', `${failed} failed for good`, 'once mended: npm run admin -- mails retry')] : []),
    event > LATE
      ? warning('events', `the oldest has waited for ${time(event)}`, remedy)
      : ok('events', 'none is overdue'),
    ...(parked > 0
      ? [
          warning(
            'events',
            `${parked} set aside, as nothing could handle them`,
            "SELECT type, last_error FROM outbox_events WHERE state = 'parked'",
          ),
        ]
      : []),
  ];
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

function time(seconds: number): string {
  const [size, unit] = UNITS.find(([least]) => seconds >= 2 * least) ?? [1, 's'];
  return `${Math.round(seconds / size)} ${unit}`;
}
