import createClient, { type Client } from 'openapi-fetch';
import { parseEvents, type LiveEvent, type Told } from './events.js';
import { addKey, isRepeatable } from './idempotency.js';
import { ok, refusal } from './problem.js';
import { resuming, type Listening } from './resuming.js';
import { PATIENCE, patiently, type Patience } from './retry.js';
import type { paths } from './schema.js';
import { Session } from './session.js';
import { listenBySocket, type SocketConstructor } from './sockets.js';
import { MemoryTokens, type Tokens, type TokenStore } from './tokens.js';

export interface BroadsheetOptions {
  /** Where the API is, such as `https://news.example`. */
  baseUrl: string;
  /** In memory where this is left out. */
  tokens?: TokenStore;
  /** Another `fetch` than the global one. */
  fetch?: (request: Request) => Promise<Response>;
  /** Another `WebSocket` than the global one, which Node has from 22 on. */
  WebSocket?: SocketConstructor;
  /** How long to wait for a server, and how often to ask it again. */
  patience?: Partial<Patience>;
}

const AUTH = '/api/v1/auth/';

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
   * What everybody may know, for as long as it is asked for: a broken connection is made again, and goes on behind the
   * last event.
   * @throws BroadsheetError `TOO_MANY_CONNECTIONS`, and what else another try would not mend
   */
  events(listening: Listening = {}): AsyncGenerator<LiveEvent, void> {
    return resuming(listening, this.patience, (last, signal) => this.stream(last, signal));
  }

  /**
   * The same and what is for this account alone, over a WebSocket.
   * @throws BroadsheetError where nobody is signed in, or the session ends
   */
  ownEvents(listening: Listening = {}): AsyncGenerator<LiveEvent, void> {
    const { WebSocket = (globalThis as { WebSocket?: SocketConstructor }).WebSocket, baseUrl } = this.options;
    if (!WebSocket)
      throw new TypeError('There is no WebSocket here: give one to the constructor, as of the package ws');
    const identity = {
      token: async () => this.session.token(),
      renew: async (token: string) => this.session.renewed(token),
    };
    return resuming(listening, this.patience, (last, signal) => {
      const url = new URL(`/api/v1/ws${last === undefined ? '' : `?lastEventId=${encodeURIComponent(last)}`}`, baseUrl);
      url.protocol = url.protocol.replace('http', 'ws');
      return listenBySocket(new WebSocket(url.href), identity, { now: this.patience.now, signal });
    });
  }

  private async *stream(last: string | undefined, signal: AbortSignal): AsyncGenerator<Told, void> {
    const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) };
    const request = new Request(new URL('/api/v1/events', this.options.baseUrl), { headers, signal });
    const response = await this.send(request);
    if (!response.ok && response.status < 500) throw await refusal(response);
    if (response.ok && response.body) yield* parseEvents(response.body, this.patience.silence);
    else await response.body?.cancel();
  }

  private async send(request: Request): Promise<Response> {
    const isAuth = new URL(request.url).pathname.startsWith(AUTH);
    addKey(request);
    const send = (each: Request) => this.session.send(each, this.fetch);
    // To wait for a lock is for people to decide.
    const patience = isAuth ? { ...this.patience, tries: 1 } : this.patience;
    return patiently(request, isRepeatable(request), patience, send);
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
