import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { jwtVerify, SignJWT, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { isUuid, newId } from '../../common/ids/uuid.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { SigningKeys, type SigningKey } from './signing-keys.js';

/** The media type of access tokens (RFC 9068 §2.1), which keeps other JWTs of ours apart. */
const TYPE = 'at+jwt';

export interface AccessTokenContent {
  userId: string;
  sessionId: string;
}

type Claims = Record<string, unknown>;

interface VerifiedToken {
  content: AccessTokenContent;
  /** The second in which it expires. */
  exp: number;
}

/** Tokens; those that were not shown for the longest time are forgotten. */
const REMEMBERED = 10_000;

/**
 * Makes and checks access tokens; whether their session still lives is asked of the database. The algorithm follows
 * from the settings: HS256, or that of JWT_PRIVATE_KEY, and never both; what a header says of it is not asked.
 */
@Injectable()
export class AccessTokens {
  /**
   * As key objects, which the types leave out: of bytes the library tries first whether they are a public key, each time,
   * which takes longer than all the rest of a request.
   */
  private readonly secrets: Buffer[];
  /** What a signature says of a token never changes; checking it costs more than asking for its account. */
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: REMEMBERED });

  constructor(
    private readonly jwt: JwtService,
    keyring: Keyring,
    private readonly signingKeys: SigningKeys,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.secrets = keyring.keysFor('access-token').map((secret) => createSecretKey(secret) as unknown as Buffer);
  }

  async sign({ userId, sessionId }: AccessTokenContent): Promise<string> {
    const iat = this.seconds();
    const { PUBLIC_URL, ACCESS_TOKEN_TTL } = this.settings;
    const claims = {
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: userId,
      sid: sessionId,
      jti: newId(),
      iat,
      exp: iat + ACCESS_TOKEN_TTL,
    };
    const [key] = this.signingKeys.all;
    return key ? signWith(key, claims) : this.signWithSecret(claims);
  }

  /** @returns undefined for a token that is expired, foreign, or of another kind */
  async read(token: string): Promise<AccessTokenContent | undefined> {
    const verified = await this.verify(token);
    if (verified) this.verified.set(token, verified);
    return this.known(token);
  }

  /** The same of a token that was shown before, without a promise. */
  known(token: string): AccessTokenContent | undefined {
    const known = this.verified.get(token);
    return known && this.seconds() < known.exp ? known.content : undefined;
  }

  private async verify(token: string): Promise<VerifiedToken | undefined> {
    const claims = this.signingKeys.all.length > 0 ? await this.verifyWithKeys(token) : this.verifyWithSecrets(token);
    const { sub, sid, exp } = claims ?? {};
    if (typeof sub !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid)) return undefined;
    return typeof exp === 'number' ? { content: { userId: sub, sessionId: sid }, exp } : undefined;
  }

  private async signWithSecret(claims: Claims): Promise<string> {
    const [secret] = this.secrets;
    return this.jwt.signAsync(claims, { secret, header: { alg: 'HS256', typ: TYPE } });
  }

  private verifyWithSecrets(token: string): Claims | undefined {
    for (const secret of this.secrets) {
      const claims = this.verifyWithSecret(token, secret);
      if (claims) return claims;
    }
    return undefined;
  }

  private verifyWithSecret(token: string, secret: Buffer): Claims | undefined {
    try {
      const { header, payload } = this.jwt.verify<{ header: { typ?: string }; payload: Claims }>(token, {
        secret,
        algorithms: ['HS256'],
        issuer: this.settings.PUBLIC_URL,
        audience: this.settings.PUBLIC_URL,
        clockTimestamp: this.seconds(),
        complete: true,
      });
      return header.typ === TYPE ? payload : undefined;
    } catch {
      return undefined;
    }
  }

  private async verifyWithKeys(token: string): Promise<Claims | undefined> {
    for (const { publicKey, algorithm } of this.signingKeys.all) {
      const options: JWTVerifyOptions = {
        algorithms: [algorithm],
        typ: TYPE,
        issuer: this.settings.PUBLIC_URL,
        audience: this.settings.PUBLIC_URL,
        currentDate: this.clock.now(),
        requiredClaims: ['exp'],
      };
      const verified = await jwtVerify(token, publicKey, options).catch(() => undefined);
      if (verified) return verified.payload;
    }
    return undefined;
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }
}

const signWith = ({ id, algorithm, privateKey }: SigningKey, claims: Claims): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: TYPE, kid: id }).sign(privateKey);
