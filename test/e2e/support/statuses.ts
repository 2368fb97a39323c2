import type { Answer } from '../../support/test-client.js';

/** How many answers have which status: `{ 201: 1, 409: 29 }`. */
export function statusesOf(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
