import type { Tokens, TokenStore } from './tokens.js';

/** Exchanges a refresh token; undefined where the session has ended. */
export type Exchange = (refreshToken: string) => Promise<Tokens | undefined>;

/** Sends requests with the access token, and refreshes it once for all that find it expired at the same time. */
export class Session {
  private refreshing: Promise<Tokens | undefined> | undefined;

  constructor(
    private readonly store: TokenStore,
    private readonly exchange: Exchange,
  ) {}

  async send(request: Request, fetch: (request: Request) => Promise<Response>): Promise<Response> {
    const tokens = await this.store.read();
    if (!tokens || request.headers.has('authorization')) return fetch(request);
    const response = await fetch(withToken(request.clone(), tokens));
    if (!isStale(response)) return response;
    const fresh = await this.refresh(tokens);
    if (!fresh) return response;
    await response.body?.cancel();
    return fetch(withToken(request, fresh));
  }

  /** @returns the access token, if somebody is signed in */
  async token(): Promise<string | undefined> {
    return (await this.store.read())?.access_token;
  }

  /** @returns another access token than this one; undefined where the session has ended */
  async renewed(token: string): Promise<string | undefined> {
    const current = await this.store.read();
    if (current?.access_token !== token) return current?.access_token;
    return (await this.refresh(current))?.access_token;
  }

  /** @param stale the tokens that were refused */
  private async refresh(stale: Tokens): Promise<Tokens | undefined> {
    const current = await this.store.read();
    // Another request, or another tab with the same store, was faster.
    if (current?.access_token !== stale.access_token) return current;
    this.refreshing ??= this.renew(stale).finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async renew({ refresh_token }: Tokens): Promise<Tokens | undefined> {
    const fresh = await this.exchange(refresh_token);
    const current = await this.store.read();
    // Somebody has signed in or out meanwhile, or another tab was faster: what is there now counts.
    if (current?.refresh_token !== refresh_token) return current;
    await this.store.write(fresh);
    return fresh;
  }
}

/** RFC 6750 §3.1; a wrong password is 401, too, and says nothing of the token. */
const isStale = ({ status, headers }: Response): boolean =>
  status === 401 && (headers.get('www-authenticate') ?? '').includes('invalid_token');

function withToken(request: Request, { access_token }: Tokens): Request {
  request.headers.set('authorization', `Bearer ${access_token}`);
  return request;
}
