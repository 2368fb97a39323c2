import * as fc from 'fast-check';

/** Decides what is done; random where nobody says. */
const SEED = Number(process.env['RACES_SEED'] ?? Date.now() % 1_000_000);

const RUNS = process.env['RACES_RUNS'];
/** Milliseconds for all runs of one property. */
export const PATIENCE = RUNS ? 3_600_000 : 240_000;

process.stderr.write(`Races: seed ${SEED}\n`);

/**
 * Holds a property against generated values. What happens at the same time is decided by nobody, so that a smaller value
 * may pass by luck: the value that failed is told as it is.
 * @param usual runs where `RACES_RUNS` does not say
 */
export async function expectHolds<Values extends unknown[]>(
  property: fc.IAsyncProperty<Values>,
  usual: number,
  parameters: fc.Parameters<Values> = {},
): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns: Number(RUNS ?? usual), endOnFailure: true, ...parameters });
}
