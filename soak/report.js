import { align } from '../bench/table.js';

/** So many lines of each defect are printed. */
const SHOWN = 15;

const UNITS = { memory: 'memory, MiB', handles: 'handles', connections: 'connections' };

const whole = (value) => Math.round(value).toLocaleString('en');

/**
 * What the processes that nothing was done to have held.
 * @param {import('./verdict.js').Row[]} rows
 */
export const renderCourses = (rows) =>
  align([
    ['process', 'held', 'first', 'last', 'peak', 'second third', 'last third', 'an hour', 'flat'],
    ...rows.map(({ process, kind, course: { first, last, peak, before, after, slope, isFlat } }) => [
      process,
      UNITS[kind],
      ...[first, last, peak, before, after].map(whole),
      `${slope < 0 ? '−' : '+'}${Math.abs(slope).toFixed(1)}`,
      isFlat ? 'yes' : 'NO',
    ]),
  ]);

/**
 * @typedef {object} Outcome
 * @property {import('../chaos/verdict/verdict.js').Verdict} verdict
 * @property {number} seconds under load
 * @property {number} answered
 * @property {number} failures
 * @property {import('../chaos/load/client.js').Failure[]} unexplained
 * @property {string[]} unhandled
 * @property {boolean} isOk
 */

/** @param {Outcome} outcome */
export function renderFigures({ verdict, seconds, answered, failures, unexplained, unhandled, isOk }) {
  const { writes, mails, doubles, kills, strange } = verdict;
  const figures = {
    'under load': `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`,
    'kills, stops and restarts': whole(Object.values(kills).reduce((sum, count) => sum + count, 0)),
    'requests answered': whole(answered),
    'failed while something was down': whole(failures - unexplained.length),
    'failed otherwise': whole(unexplained.length),
    'errors that nobody caught': whole(unhandled.length),
    'writes acknowledged / found': `${whole(writes.acknowledged)} / ${whole(writes.acknowledged - writes.missing.length)}`,
    'mails owed / lost': `${whole(mails.owed)} / ${whole(mails.lost.length)}`,
    'mails doubled / without an excuse': `${whole(doubles.length)} / ${whole(doubles.filter(({ excuse }) => !excuse).length)}`,
    'other defects': whole(strange.length),
    ok: isOk ? 'yes' : 'NO',
  };
  return align([['', 'measured'], ...Object.entries(figures)]);
}

/**
 * What is wrong, in words.
 * @param {Outcome} outcome
 */
export const renderWrongs = ({ verdict: { writes, mails, strange }, unexplained, unhandled }) => [
  ...shown(
    'failed while nothing was down',
    unexplained.map(
      ({ service, what, from, to }) => `${new Date(from).toISOString()} ${service}, after ${to - from} ms: ${what}`,
    ),
  ),
  ...shown('caught by nobody', unhandled),
  ...shown('acknowledged and not found', writes.missing),
  ...shown('lost', mails.lost),
  ...shown('other defects', strange),
];

/**
 * @param {string} title
 * @param {string[]} lines
 */
const shown = (title, lines) =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.slice(0, SHOWN).map((line) => `  ${line}`)];
