import createClient, { type Client } from 'openapi-fetch';
import { parseEvents, type LiveEvent } from './events.js';
import { addKey, isRepeatable } from './idempotency.js';
import { BroadsheetError, ok, refusal } from './problem.js';
import { PATIENCE, patiently, type Patience } from './retry.js';
import type { paths } from './schema.js';
import { Session } from './session.js';
import { MemoryTokens, type Tokens, type TokenStore } from './tokens.js';

export interface BroadsheetOptions {
  /** Where the API is, such as `https://news.example`. */
  baseUrl: string;
  /** In memory where this is left out. */
  tokens?: TokenStore;
  /** Another `fetch` than the global one. */
  fetch?: (request: Request) => Promise<Response>;
  /** How long to wait, and how often, for a server that asks to. */
  patience?: Partial<Patience>;
}

const AUTH = '/api/v1/auth/';
/** Milliseconds from a broken stream to the next connection, at first and at most. */
const RECONNECT = { first: 1_000, longest: 30_000 };

/** One account, or nobody, who uses the API. */
export class Broadsheet {
  /** Every operation, typed: `api.GET('/api/v1/posts', { params: { query: { tag: 'news' } } })`. */
  readonly api: Client<paths>;
  private readonly tokens: TokenStore;
  private readonly session: Session;
  private readonly patience: Patience;
  private readonly fetch: (request: Request) => Promise<Response>;

  constructor(private readonly options: BroadsheetOptions) {
    this.tokens = options.tokens ?? new MemoryTokens();
    this.patience = { ...PATIENCE, ...options.patience };
    this.fetch = options.fetch ?? ((request) => globalThis.fetch(request));
    this.session = new Session(this.tokens, (refreshToken) => this.exchange(refreshToken));
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: (request) => this.send(request) });
  }

  /**
   * @param username or e-mail address
   * @throws BroadsheetError `INVALID_CREDENTIALS`, `TOO_MANY_ATTEMPTS`, `ACCOUNT_DISABLED`
   */
  async signIn(username: string, password: string): Promise<void> {
    await this.tokens.write(await ok(this.api.POST('/api/v1/auth/login', { body: { username, password } })));
  }

  /** Ends the session there, and forgets it here even where that fails. */
  async signOut(): Promise<void> {
    try {
      await this.api.POST('/api/v1/auth/logout');
    } finally {
      await this.tokens.write(undefined);
    }
  }

  /**
   * Live events, for as long as they are asked for: a broken connection is made again, and goes on behind the last event.
   * @param lastEventId of the event to go on behind
   */
  async *events({ signal, lastEventId }: { signal?: AbortSignal; lastEventId?: string } = {}): AsyncGenerator<
    LiveEvent,
    void
  > {
    const isOver = () => signal?.aborted === true;
    const left = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    let last = lastEventId;
    let shortest = RECONNECT.first;
    let wait = shortest;
    while (!isOver()) {
      try {
        for await (const { id, retry, event } of this.connect(last, signal)) {
          last = id || last;
          shortest = retry ?? shortest;
          wait = shortest;
          if (event) yield event;
        }
      } catch (error) {
        // What a new connection would not mend.
        if (error instanceof BroadsheetError) throw error;
      }
      await Promise.race([this.patience.sleep(wait), left]);
      wait = Math.min(wait * 2, RECONNECT.longest);
    }
  }

  private async *connect(last: string | undefined, signal: AbortSignal | undefined): ReturnType<typeof parseEvents> {
    const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) };
    const request = new Request(new URL('/api/v1/events', this.options.baseUrl), { headers, signal: signal ?? null });
    const response = await this.send(request);
    if (!response.ok && response.status < 500) throw await refusal(response);
    if (response.ok && response.body) yield* parseEvents(response.body);
    else await response.body?.cancel();
  }

  private async send(request: Request): Promise<Response> {
    const isAuth = new URL(request.url).pathname.startsWith(AUTH);
    addKey(request);
    const send = (each: Request) => this.session.send(each, this.fetch);
    // To wait for a lock is for people to decide.
    return isAuth ? send(request) : patiently(request, isRepeatable(request), this.patience, send);
  }

  private async exchange(refreshToken: string): Promise<Tokens | undefined> {
    const request = new Request(new URL(`${AUTH}refresh`, this.options.baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken }),
    });
    // The same token may be sent again for some seconds, so that a lost answer ends no session.
    const response = await patiently(request, true, this.patience, this.fetch);
    if (response.status === 401) return undefined;
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as Tokens;
  }
}
