/**
 * How well the times of two arms tell them apart: the probability that one of `slower` is slower than one of `faster`,
 * where equal times count half (Mann-Whitney U over the number of pairs, or the area under the ROC curve). 0.5 is not
 * at all, 0 and 1 are always.
 * @param {number[]} slower
 * @param {number[]} faster
 */
export function separation(slower, faster) {
  const sorted = [...slower.map((time) => ({ time, counts: 1 })), ...faster.map((time) => ({ time, counts: 0 }))].sort(
    (one, other) => one.time - other.time,
  );
  let rankSum = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    let counted = 0;
    for (; to < sorted.length && sorted[to].time === sorted[from].time; to += 1) counted += sorted[to].counts;
    // Ranks begin with 1; equal times share the mean of theirs.
    rankSum += (counted * (from + 1 + to)) / 2;
    from = to;
  }
  return (rankSum - (slower.length * (slower.length + 1)) / 2) / (slower.length * faster.length);
}

/** Three standard deviations of what chance alone makes of two arms that are alike. */
export const chance = (samples) => 3 * Math.sqrt((2 * samples + 1) / (12 * samples ** 2));
