/**
 * What may be more in the last third of a run than in the one before: a share, and an amount, whichever is larger. The
 * first third is left to compilers, caches and pools, which fill. A leak that matters in a month is far beyond: one
 * handle a minute would be ten.
 */
const TOLERANCE = {
  memory: { share: 0.1, amount: 16 },
  handles: { share: 0.1, amount: 6 },
  connections: { share: 0.1, amount: 3 },
};
/** In seconds nothing has settled, and one kill empties every pool. What takes something for each request shows still. */
const SHORT_TOLERANCE = {
  memory: { share: 0.5, amount: 100 },
  handles: { share: 0.5, amount: 40 },
  connections: { share: 0.5, amount: 20 },
};

const HOUR = 3_600_000;

/**
 * @typedef {object} Course
 * @property {number} first
 * @property {number} peak
 * @property {number} last
 * @property {number} before median of the second third
 * @property {number} after median of the last third
 * @property {number} slope an hour, over both
 * @property {boolean} isFlat
 */

/**
 * Whether something grew. Medians, as what is under way at one moment says nothing; what shrinks is no leak.
 * @param {keyof TOLERANCE} kind
 * @param {{ at: number, value: number }[]} samples
 * @param {{ short?: boolean }} [form]
 * @returns {Course}
 * @throws {Error} where there are too few
 */
export function courseOf(kind, samples, { short = false } = {}) {
  if (samples.length < 6) throw new Error(`Only ${samples.length} samples were taken`);
  const third = Math.floor(samples.length / 3);
  const before = median(samples.slice(third, 2 * third));
  const after = median(samples.slice(2 * third));
  const { share, amount } = (short ? SHORT_TOLERANCE : TOLERANCE)[kind];
  return {
    first: samples[0].value,
    peak: Math.max(...samples.map(({ value }) => value)),
    last: samples.at(-1).value,
    before,
    after,
    slope: slopeOf(samples.slice(third)) * HOUR,
    isFlat: after - before <= Math.max(before * share, amount),
  };
}

/** @param {{ value: number }[]} samples */
const median = (samples) =>
  samples.map(({ value }) => value).toSorted((one, other) => one - other)[Math.floor(samples.length / 2)];

/** Of the straight line that lies closest. @param {{ at: number, value: number }[]} samples */
function slopeOf(samples) {
  const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [time, height] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = mean(({ at }) => (at - time) ** 2);
  return mean(({ at, value }) => (at - time) * (value - height)) / spread;
}
