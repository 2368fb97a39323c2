import { isPermanent, MAX_TRIES, retryDelay } from './delivery.js';

const HOUR = 3_600_000;

describe('retryDelay', () => {
  it.each([
    { tries: 1, least: 15_000 },
    { tries: 2, least: 30_000 },
    { tries: 5, least: 240_000 },
    { tries: 10, least: 15_000 * 512 },
    { tries: 11, least: 4 * HOUR },
    { tries: MAX_TRIES, least: 4 * HOUR },
    { tries: 2_000, least: 4 * HOUR },
  ])('is at least $least ms after $tries tries, and at most a quarter more', ({ tries, least }) => {
    const delays = Array.from({ length: 50 }, () => retryDelay(tries));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...delays)).toBeLessThan(least * 1.25);
    expect(delays.every(Number.isInteger)).toBe(true);
  });

  it('is spread, so that a server that comes back is not met by all at once', () => {
    expect(new Set(Array.from({ length: 50 }, () => retryDelay(5))).size).toBeGreaterThan(10);
  });

  it('goes on for days before a mail is given up', () => {
    const least = Array.from({ length: MAX_TRIES - 1 }, (_, index) => Math.min(15_000 * 2 ** index, 4 * HOUR));
    const total = least.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeGreaterThan(48 * HOUR);
    expect(total).toBeLessThan(5 * 24 * HOUR);
  });
});

describe('isPermanent', () => {
  it.each([
    { name: 'a refused recipient', error: { code: 'EENVELOPE', responseCode: 550 } },
    { name: 'a refused message', error: { code: 'EMESSAGE', responseCode: 554 } },
    { name: 'the least of the permanent answers', error: { code: 'EENVELOPE', responseCode: 500 } },
  ])('takes $name for the end', ({ error }) => {
    expect(isPermanent(Object.assign(new Error('refused'), error))).toBe(true);
  });

  it.each([
    { name: 'greylisting', error: { code: 'EENVELOPE', responseCode: 451 } },
    { name: 'a full mailbox', error: { code: 'EMESSAGE', responseCode: 452 } },
    { name: 'a refused login, which is the operator’s to mend', error: { code: 'EAUTH', responseCode: 535 } },
    { name: 'a refused greeting', error: { code: 'EPROTOCOL', responseCode: 554 } },
    { name: 'a refused connection', error: { code: 'ESOCKET' } },
    { name: 'a timeout', error: { code: 'ETIMEDOUT' } },
    { name: 'an envelope without an answer', error: { code: 'EENVELOPE' } },
    { name: 'an answer without a code', error: { responseCode: 550 } },
    { name: 'anything else', error: {} },
  ])('tries again after $name', ({ error }) => {
    expect(isPermanent(Object.assign(new Error('failed'), error))).toBe(false);
  });

  it.each([undefined, null, 'text', 7])('tries again after %s was thrown', (thrown) => {
    expect(isPermanent(thrown)).toBe(false);
  });
});
