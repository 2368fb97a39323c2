/** Shorter texts are not worth it, in UTF-16 code units. */
const THRESHOLD = 8_192;
/** A code unit takes three bytes at most. */
const BYTES_PER_UNIT = 3;
/** Longer texts are rare, and would keep as much memory for good. */
const MAX_LENGTH = 350_000;

let scratch: Buffer | undefined;

/**
 * A long text as bytes. Fastify would walk through it to count them, and Node once more to write them; here it is walked
 * through once, and copied, which costs less.
 * @returns the payload itself where it is no text, or another length
 */
export function encoded(payload: unknown): unknown {
  if (typeof payload !== 'string' || payload.length < THRESHOLD || payload.length > MAX_LENGTH) return payload;
  scratch ??= Buffer.allocUnsafeSlow(MAX_LENGTH * BYTES_PER_UNIT);
  const length = scratch.write(payload);
  return Buffer.from(scratch.subarray(0, length));
}
