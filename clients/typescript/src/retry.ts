/** What it takes to wait; other than in tests, the real thing. */
export interface Patience {
  /** Tries of one request, the first among them. */
  tries: number;
  /** The longest that a server may ask to wait, in milliseconds; what it asks beyond is answered as it is. */
  longest: number;
  sleep: (milliseconds: number) => Promise<void>;
  now: () => number;
}

export const PATIENCE: Patience = {
  tries: 4,
  longest: 60_000,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  now: () => Date.now(),
};

/**
 * Sends a request again when the server says when to (`Retry-After`).
 * @param canRepeat whether it is done once however often it is sent
 */
export async function patiently(
  request: Request,
  canRepeat: boolean,
  { tries, longest, sleep, now }: Patience,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(request.clone());
    const wait = mayRepeat(response, canRepeat) ? waitOf(response, now()) : undefined;
    if (wait === undefined || wait > longest || attempt >= tries) return response;
    await response.body?.cancel();
    await sleep(wait);
  }
}

/** What was refused for its number (429) was not begun; of 503 nobody knows. */
const mayRepeat = ({ status }: Response, canRepeat: boolean): boolean =>
  status === 429 || (status === 503 && canRepeat);

/** Milliseconds; the header has seconds or a date (RFC 9110 §10.2.3). */
function waitOf(response: Response, now: number): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
