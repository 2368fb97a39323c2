import { align } from '../bench/table.js';

/** So many findings are printed. */
const SHOWN = 40;

const whole = (value) => value.toLocaleString('en');

/**
 * @param {object} outcome
 * @param {import('./hunt.js').Hunt} outcome.hunt
 * @param {{ asked: number, failed: number, slowest: number }} outcome.health
 * @param {{ checks: number, faults: string[] }} outcome.integrity
 * @param {string[]} outcome.errors lines of the log
 * @param {string[]} outcome.deadlocks told, not judged: two who change the same at once may be asked to try again
 * @param {string | undefined} outcome.exit
 * @param {number} outcome.operations
 * @param {number} outcome.seconds
 * @param {boolean} outcome.isOk
 */
export function renderTable({ hunt, health, integrity, errors, deadlocks, exit, operations, seconds, isOk }) {
  const kinds = (...names) => [...hunt.findings.values()].filter(({ kind }) => names.includes(kind));
  const count = (...names) => whole(kinds(...names).reduce((sum, finding) => sum + finding.count, 0));
  const failures = Object.entries(hunt.statuses).filter(([status]) => Number(status) >= 500);
  const figures = {
    'hostile requests': whole(hunt.sent),
    'operations, of which served': `${operations}, ${hunt.served.size}`,
    '5xx': whole(failures.reduce((sum, [, times]) => sum + times, 0)),
    crashes: exit ? '1' : '0',
    'requests without an answer': count('no answer'),
    'answers that are not as declared': count('schema'),
    'answers that tell a secret or the inside': count('leak'),
    'served to whom they are not for': count('access'),
    'forged tokens / accepted': `${whole(hunt.forged.tried)} / ${whole(hunt.forged.accepted)}`,
    'errors in the log': whole(errors.length),
    deadlocks: whole(deadlocks.length),
    'checks of the database / failed': `${integrity.checks} / ${integrity.faults.length}`,
    'slowest answer': `${whole(Math.round(hunt.slowest.milliseconds))} ms (${hunt.slowest.where})`,
    '/health beside it / failed': `${whole(health.asked)} / ${health.failed}`,
    'slowest /health': `${whole(Math.round(health.slowest))} ms`,
    duration: `${Math.round(seconds)} s`,
    ok: isOk ? 'yes' : 'NO',
  };
  return align([['', 'measured'], ...Object.entries(figures)]);
}

/**
 * What fell, each with the smallest request that was found to show it.
 * @param {Parameters<typeof renderTable>[0]} outcome
 */
export function renderFindings({ hunt, integrity, errors, deadlocks }) {
  const findings = [...hunt.findings.values()]
    .slice(0, SHOWN)
    .flatMap(({ message, count, curl }) => [`${count} × ${message}`, `  ${curl}`]);
  const lines = errors.slice(0, SHOWN).map((line) => `log: ${line.slice(0, 1_000)}`);
  return [...findings, ...integrity.faults, ...lines, ...deadlocks.slice(0, SHOWN)];
}

/** @param {Record<string, number>} statuses */
export const renderStatuses = (statuses) =>
  Object.entries(statuses)
    .map(([status, count]) => `${status}: ${whole(count)}`)
    .join(', ');
