import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { isUuid, newId } from '../../common/ids/uuid.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Keyring } from '../../core/keys/keyring.js';

/** Fixed here: what the header of a token says about its algorithm is never asked. */
const ALGORITHM = 'HS256';
/** The media type of access tokens (RFC 9068 §2.1), which keeps other JWTs of ours apart. */
const TYPE = 'at+jwt';

export interface AccessTokenContent {
  userId: string;
  sessionId: string;
}

/** Makes and checks access tokens; whether their session still lives is asked of the database. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keyring: Keyring,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async sign({ userId, sessionId }: AccessTokenContent): Promise<string> {
    const issuedAt = this.seconds();
    return this.jwt.signAsync(
      { sid: sessionId, jti: newId(), iat: issuedAt, exp: issuedAt + this.settings.ACCESS_TOKEN_TTL },
      {
        secret: this.keyring.keysFor('access-token')[0],
        header: { alg: ALGORITHM, typ: TYPE },
        issuer: this.settings.PUBLIC_URL,
        audience: this.settings.PUBLIC_URL,
        subject: userId,
      },
    );
  }

  /** @returns undefined for a token that is expired, foreign, or of another kind */
  read(token: string): AccessTokenContent | undefined {
    for (const secret of this.keyring.keysFor('access-token')) {
      const content = this.readWith(secret, token);
      if (content) return content;
    }
    return undefined;
  }

  private readWith(secret: Buffer, token: string): AccessTokenContent | undefined {
    try {
      const { header, payload } = this.jwt.verify<{ header: { typ?: string }; payload: Record<string, unknown> }>(
        token,
        {
          secret,
          algorithms: [ALGORITHM],
          issuer: this.settings.PUBLIC_URL,
          audience: this.settings.PUBLIC_URL,
          clockTimestamp: this.seconds(),
          complete: true,
        },
      );
      const { sub, sid, exp } = payload;
      if (header.typ !== TYPE || typeof exp !== 'number') return undefined;
      if (typeof sub !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid)) return undefined;
      return { userId: sub, sessionId: sid };
    } catch {
      return undefined;
    }
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }
}
