import { align } from '../bench/table.js';

/** So many lines of each defect are printed. */
const SHOWN = 15;

/**
 * @typedef {object} Outcome
 * @property {import('./options.js').QueueKind} queue
 * @property {number} seconds
 * @property {import('./verdict/verdict.js').Verdict} verdict
 */

/**
 * One column for each run.
 * @param {Outcome[]} outcomes
 */
export function renderTable(outcomes) {
  const columns = outcomes.map((outcome) => figuresOf(outcome));
  const names = Object.keys(Object.assign({}, ...columns));
  const head = ['queue', ...outcomes.map(({ queue }) => queue)];
  return align([head, ...names.map((name) => [name].concat(columns.map((column) => column[name] ?? '–')))]);
}

/** @param {Outcome} outcome */
function figuresOf({ seconds, verdict }) {
  const { writes, mails, doubles, recovery, kills, strange, isOk } = verdict;
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const byKind = Object.entries(kills).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const unexcused = doubles.filter(({ excuse }) => !excuse).length;
  return {
    'writes acknowledged': whole(writes.acknowledged),
    'writes found': whole(writes.acknowledged - writes.missing.length),
    'mails owed': whole(mails.owed),
    'mails delivered': whole(mails.delivered),
    'mails refused for good (550)': whole(mails.refused),
    'mails lost': whole(mails.lost.length),
    'mails doubled': whole(doubles.length),
    ...prefixed(
      '· by ',
      countBy(doubles, ({ excuse }) => excuse ?? 'nothing'),
    ),
    'doubled without an excuse': whole(unexcused),
    'other defects': whole(strange.length),
    kills: whole(total),
    ...prefixed('· ', Object.fromEntries(byKind)),
    'slowest write after a kill': delay(recovery.write),
    'slowest mail after a kill': delay(recovery.mail),
    'median mail after a kill': delay(recovery.medianMail, false),
    duration: `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`,
    ok: isOk ? 'yes' : 'NO',
  };
}

/**
 * What is wrong, in words.
 * @param {Outcome[]} outcomes
 */
export function renderDefects(outcomes) {
  return outcomes.flatMap(({ queue, verdict: { writes, mails, doubles, strange, interruptions } }) => [
    ...shown(`${queue}: acknowledged and not found`, writes.missing),
    ...shown(`${queue}: lost`, mails.lost),
    ...shown(
      `${queue}: doubled without an excuse`,
      doubles.filter(({ excuse }) => !excuse).map((double) => describe(double, interruptions)),
    ),
    ...shown(`${queue}: other defects`, strange),
  ]);
}

/** What happened from ten seconds before such a copy until a minute after it. */
function describe({ id, copy, next }, interruptions) {
  const since = (time) => (time === undefined ? 'never' : `${((time - copy.storedAt) / 1_000).toFixed(3)} s`);
  const around = interruptions.filter(
    ({ from, to = from }) => to > copy.storedAt - 10_000 && from < copy.storedAt + 60_000,
  );
  const happened = around.map(
    ({ kind, service, process, from, to }) => `${kind} of ${process ?? service} from ${since(from)} to ${since(to)}`,
  );
  return [
    `${id}: ${copy.worker}, answered after ${since(copy.answeredAt)}; again after ${since(next.storedAt)} by ${next.worker}`,
    ...happened,
  ].join('\n    ');
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function shown(title, lines) {
  if (lines.length === 0) return [];
  const rest = lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [];
  return [title, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...rest];
}

/**
 * @template T
 * @param {T[]} list
 * @param {(item: T) => string} nameOf
 */
function countBy(list, nameOf) {
  const counts = {};
  for (const item of list) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}

/**
 * @param {string} prefix
 * @param {Record<string, number>} counts
 */
const prefixed = (prefix, counts) =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix}${name}`, whole(count)]));

/** @param {number} value */
const whole = (value) => value.toLocaleString('en');

/** @param {import('./recovery.js').Delay | undefined} measured */
function delay(measured, isNamed = true) {
  if (!measured) return '–';
  const seconds = `${(measured.milliseconds / 1_000).toFixed(1)} s`;
  return isNamed ? `${seconds} (${measured.after})` : seconds;
}
