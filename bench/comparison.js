/**
 * One round: what each server did.
 * @typedef {Record<string, import('./measure.js').Measurement>} Round
 */

/**
 * A server beside the baseline.
 * @typedef {object} Comparison
 * @property {string} work
 * @property {string} server
 * @property {Figures} baseline
 * @property {Figures} figures of the server
 * @property {number} ratio of the medians
 * @property {number} lowest ratio of a round
 * @property {number} highest ratio of a round
 * @property {number} wrong answers of both that had another status than they should
 * @property {number} missing requests to both without an answer
 * @property {number | null} bar
 * @property {boolean} isRight nothing was answered wrongly
 * @property {boolean} isOk the bar was reached, too, and every request answered
 */

/**
 * Medians over the rounds.
 * @typedef {object} Figures
 * @property {number} requestsPerSecond
 * @property {number} p99 in milliseconds
 * @property {number | undefined} meanwhile 99 of 100 of what was asked for beside the load, in milliseconds
 * @property {import('./measure.js').Effort | undefined} effort
 */

/**
 * @param {import('./works.js').Work} work
 * @param {Round[]} rounds
 * @param {{ baseline: string, server: string }} names of the two
 * @returns {Comparison}
 */
export function compare({ name, bars }, rounds, { baseline, server }) {
  const ofBaseline = rounds.map((round) => round[baseline]);
  const ofServer = rounds.map((round) => round[server]);
  const ratios = ofServer.map((one, round) => one.requestsPerSecond / ofBaseline[round].requestsPerSecond);
  const both = { baseline: figuresOf(ofBaseline), figures: figuresOf(ofServer) };
  const ratio = both.figures.requestsPerSecond / both.baseline.requestsPerSecond;
  const all = [...ofBaseline, ...ofServer];
  const wrong = sum(all.map((one) => one.wrong));
  const missing = sum(all.map((one) => one.missing));
  const bar = bars[server];
  return {
    work: name,
    server,
    ...both,
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    wrong,
    missing,
    bar,
    isRight: wrong === 0,
    isOk: wrong === 0 && missing === 0 && (bar === null || ratio >= bar),
  };
}

/** @param {import('./measure.js').Measurement[]} measurements */
const figuresOf = (measurements) => ({
  requestsPerSecond: median(measurements.map((one) => one.requestsPerSecond)),
  p99: median(measurements.map((one) => one.latency.p99)),
  meanwhile: measurements.every(({ meanwhile }) => meanwhile)
    ? median(measurements.map(({ meanwhile }) => meanwhile.p99))
    : undefined,
  effort: measurements.every(({ effort }) => effort) ? effortOf(measurements) : undefined,
});

/** @param {import('./measure.js').Measurement[]} measurements */
const effortOf = (measurements) => ({
  busy: median(measurements.map(({ effort }) => effort.busy)),
  microseconds: median(measurements.map(({ effort }) => effort.microseconds)),
});

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
