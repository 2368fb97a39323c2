/**
 * Milliseconds that each address took, asked for in turns, so that a noisy machine hits all alike.
 * @param {string[]} urls
 * @param {number} rounds
 * @returns {Promise<number[][]>} of each address
 */
export async function timeInTurns(urls, rounds) {
  const times = urls.map(() => []);
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, url] of urls.entries()) {
      const started = performance.now();
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
      if (round > 0) times[index].push(performance.now() - started);
    }
  return times;
}

/**
 * @param {number[]} values
 * @param {number} share
 */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
