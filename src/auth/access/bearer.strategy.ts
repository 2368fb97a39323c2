import type { IncomingMessage } from 'node:http';
import { Strategy } from 'passport';

/** Calls back with the account, or with none. */
export type Verified = (error: unknown, account?: object | false) => void;

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Takes a bearer token from the `Authorization` header (RFC 6750 §2.1) and from nowhere else. */
export class BearerStrategy extends Strategy {
  override readonly name = 'bearer';

  constructor(private readonly verify: (token: string, verified: Verified) => void) {
    super();
  }

  override authenticate(request: Pick<IncomingMessage, 'headers'>): void {
    const { authorization } = request.headers;
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (!token) {
      this.fail(authorization ? 'INVALID_TOKEN' : 'UNAUTHENTICATED', 401);
      return;
    }
    this.verify(token, (error, account) => {
      if (error) this.error(error);
      else if (account) this.success(account);
      else this.fail('INVALID_TOKEN', 401);
    });
  }
}
