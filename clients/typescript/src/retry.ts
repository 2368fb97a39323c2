import { retryAfterOf } from './retry-after.js';

/** What it takes to wait; other than in tests, the real thing. Times are in milliseconds. */
export interface Patience {
  /** Tries of one request, the first among them. */
  tries: number;
  /** The longest that a server may ask to wait; what it asks beyond is answered as it is. */
  longest: number;
  /** From a request to the beginning of its answer; what is still on its way then has failed. */
  timeout: number;
  /** A stream of events on which not even a heartbeat came for so long is made anew. */
  silence: number;
  /** Rejects when the signal is given. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
}

export const PATIENCE: Patience = {
  tries: 4,
  longest: 60_000,
  timeout: 30_000,
  silence: 60_000,
  sleep,
  now: () => Date.now(),
  random: () => Math.random(),
};

/** To wait where the server does not say for how long: twice as long each time, and everybody a little else. */
const BACKOFF = 500;

/**
 * Sends a request again when the server asks for it (`Retry-After`), and where nothing came of it: no connection, no
 * answer in time, or 503.
 * @param canRepeat whether it is done once however often it is sent
 */
export async function patiently(
  request: Request,
  canRepeat: boolean,
  patience: Patience,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { tries, longest, timeout, now } = patience;
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt >= tries;
    const backoff = BACKOFF * 2 ** (attempt - 1) * (0.5 + patience.random() / 2);
    let wait = backoff;
    try {
      const response = await inTime(request.clone(), timeout, send);
      const asked = mayRepeat(response, canRepeat) ? waitOf(response, now(), backoff) : undefined;
      if (asked === undefined || asked > longest || isLast) return response;
      await response.body?.cancel();
      wait = asked;
    } catch (error) {
      // Who asked may have left, which is no reason to ask again.
      if (!canRepeat || isLast || request.signal.aborted) throw error;
    }
    await patience.sleep(wait, request.signal);
  }
}

/** What was refused for its number (429), or waits for its like (409), was not begun; of 503 nobody knows. */
const mayRepeat = ({ status, headers }: Response, canRepeat: boolean): boolean =>
  ((status === 429 || status === 409) && headers.has('retry-after')) || (status === 503 && canRepeat);

/** Undefined where what the server says is no time. */
const waitOf = (response: Response, now: number, backoff: number): number | undefined =>
  response.headers.has('retry-after') ? retryAfterOf(response, now) : backoff;

/**
 * The body of the answer may take as long as it likes, as that of a stream does. Not by `AbortSignal.any` alone, whose
 * signals Node 20 may forget while somebody waits for them (https://github.com/nodejs/undici/issues/3644).
 */
async function inTime(
  request: Request,
  timeout: number,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  request.signal.throwIfAborted();
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    const end = (reason: unknown): void => {
      ending.abort(reason);
      reject(reason);
    };
    timer = setTimeout(() => end(new DOMException('No answer in time', 'TimeoutError')), timeout);
    request.signal.addEventListener('abort', () => end(request.signal.reason), { once: true });
  });
  // Who leaves later ends the body of the answer, and nobody waits for this any more.
  over.catch(() => undefined);
  try {
    return await Promise.race([send(new Request(request, { signal: ending.signal })), over]);
  } finally {
    clearTimeout(timer);
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', leave, { once: true });
  });
}
