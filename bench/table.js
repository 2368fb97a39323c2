import { BASELINE } from './servers.js';

/** @typedef {import('./comparison.js').Comparison} Comparison */

const HEAD = [
  'work',
  'server',
  `${BASELINE} req/s`,
  'req/s',
  'ratio',
  'min–max',
  'p99 ms',
  'core µs',
  'by work',
  'busy %',
  'failures',
  'bar',
  'ok',
];

/**
 * A table in Markdown that reads as well on a terminal.
 * @param {Comparison[]} comparisons
 */
export function renderTable(comparisons) {
  const rows = comparisons.map((one) => [
    one.work,
    one.server,
    whole(one.baseline.requestsPerSecond),
    whole(one.figures.requestsPerSecond),
    one.ratio.toFixed(2),
    `${one.lowest.toFixed(2)}–${one.highest.toFixed(2)}`,
    both(one, ({ p99 }) => p99),
    both(one, ({ effort }) => effort?.microseconds),
    byWork(one),
    both(one, ({ effort }) => effort && effort.busy * 100),
    whole(one.wrong + one.missing),
    one.bar?.toFixed(2) ?? '–',
    one.isOk ? 'yes' : 'NO',
  ]);
  return align([HEAD, ...rows]);
}

/** What the ratio would be if a core were all that either waited for. @param {Comparison} comparison */
const byWork = ({ baseline, figures }) =>
  baseline.effort && figures.effort ? (baseline.effort.microseconds / figures.effort.microseconds).toFixed(2) : '?';

/** @param {number} value */
export const whole = (value) => Math.round(value).toLocaleString('en');

/**
 * The figure of the baseline, then that of the server.
 * @param {Comparison} comparison
 * @param {(figures: import('./comparison.js').Figures) => number | undefined} figureOf
 */
const both = (comparison, figureOf) =>
  [comparison.baseline, comparison.figures].map((figures) => figure(figureOf(figures))).join(' / ');

/** @param {number | undefined} value */
const figure = (value) => (value === undefined ? '?' : whole(value));

/** @param {string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

/**
 * The first column to the left, figures to the right.
 * @param {string[][]} rows the head first
 */
export function align([head, ...body]) {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head.map(pad)), line(rule), ...body.map((row) => line(row.map(pad)))].join('\n');
}
