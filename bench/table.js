/** @typedef {import('./comparison.js').Comparison} Comparison */

/**
 * A table in Markdown that reads as well on a terminal.
 * @param {Comparison[]} comparisons
 * @param {{ baseline: string, server: string }} names
 */
export function renderTable(comparisons, { baseline, server }) {
  const head = [
    'work',
    `${baseline} req/s`,
    `${server} req/s`,
    'ratio',
    'min–max',
    'p99 ms',
    'core µs',
    'busy %',
    'failures',
    'bar',
    'ok',
  ];
  const rows = comparisons.map((one) => [
    one.work,
    whole(one.baseline.requestsPerSecond),
    whole(one.server.requestsPerSecond),
    one.ratio.toFixed(2),
    `${one.lowest.toFixed(2)}–${one.highest.toFixed(2)}`,
    both(one, ({ p99 }) => p99),
    both(one, ({ effort }) => effort?.microseconds),
    both(one, ({ effort }) => effort && effort.busy * 100),
    whole(one.failures),
    one.bar?.toFixed(2) ?? '–',
    one.isOk ? 'yes' : 'NO',
  ]);
  return align([head, ...rows]);
}

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en');

/**
 * The figure of the baseline, then that of the server.
 * @param {Comparison} comparison
 * @param {(figures: import('./comparison.js').Figures) => number | undefined} figureOf
 */
const both = (comparison, figureOf) =>
  [comparison.baseline, comparison.server].map((figures) => figure(figureOf(figures))).join(' / ');

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
