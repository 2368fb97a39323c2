/** The lowest ratio that passes in the short form, whose few seconds say little. */
const SHORT_BAR = 0.4;

/**
 * One round: what each server did.
 * @typedef {Record<string, import('./measure.js').Measurement>} Round
 */

/**
 * @typedef {object} Comparison
 * @property {string} work
 * @property {Figures} baseline
 * @property {Figures} server
 * @property {number} ratio of the medians
 * @property {number} lowest ratio of a round
 * @property {number} highest ratio of a round
 * @property {number} failures answers of both that were not 2xx, and requests without an answer
 * @property {number | undefined} bar
 * @property {boolean} isOk
 */

/**
 * Medians over the rounds.
 * @typedef {object} Figures
 * @property {number} requestsPerSecond
 * @property {number} p99 in milliseconds
 * @property {import('./measure.js').Effort | undefined} effort
 */

/**
 * @param {import('./works.js').Work} work
 * @param {Round[]} rounds
 * @param {{ baseline: string, server: string, short: boolean }} how the names of the two
 * @returns {Comparison}
 */
export function compare({ name, bar }, rounds, { baseline, server, short }) {
  const ofBaseline = rounds.map((round) => round[baseline]);
  const ofServer = rounds.map((round) => round[server]);
  const ratios = ofServer.map((one, round) => one.requestsPerSecond / ofBaseline[round].requestsPerSecond);
  const figures = { baseline: figuresOf(ofBaseline), server: figuresOf(ofServer) };
  const ratio = figures.server.requestsPerSecond / figures.baseline.requestsPerSecond;
  const failures = sum([...ofBaseline, ...ofServer].map((one) => one.failures));
  const required = short ? SHORT_BAR : bar;
  return {
    work: name,
    ...figures,
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    failures,
    bar,
    isOk: failures === 0 && (bar === undefined || ratio >= required),
  };
}

/** @param {import('./measure.js').Measurement[]} measurements */
const figuresOf = (measurements) => ({
  requestsPerSecond: median(measurements.map((one) => one.requestsPerSecond)),
  p99: median(measurements.map((one) => one.latency.p99)),
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
