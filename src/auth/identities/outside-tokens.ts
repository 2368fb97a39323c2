import { Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { AppLogger } from '../../core/logging/app-logger.js';

/** Milliseconds that an issuer has to answer with its keys; other routes never wait for it. */
const TIMEOUT = 3_000;
/** Keys are fetched again for an unknown `kid`, but not more often than this, in milliseconds. */
const COOLDOWN = 30_000;
/** How long keys are kept without being asked for again, in milliseconds. */
const MAX_AGE = 600_000;
/** Bytes of a set of keys; a hundred keys have some fifty thousand. */
const MAX_SIZE = 262_144;
/** Clocks of two servers may differ by so many seconds. */
const TOLERANCE = 30;

interface Issuer {
  issuer: string;
  audience: string;
  algorithms: string[];
  keys: JWTVerifyGetKey;
}

/** What an outside token says, once it has been verified. */
export interface OutsideClaims {
  issuer: string;
  subject: string;
  email: string | undefined;
  emailVerified: boolean;
  name: string | undefined;
}

/** Verifies tokens of the issuers of AUTH_ISSUERS by their published keys. */
@Injectable()
export class OutsideTokens {
  private readonly issuers: Map<string, Issuer>;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {
    this.issuers = new Map(
      (settings.AUTH_ISSUERS ?? []).map(({ issuer, jwksUri, audience, algorithms }) => {
        const options = {
          timeoutDuration: TIMEOUT,
          cooldownDuration: COOLDOWN,
          cacheMaxAge: MAX_AGE,
          [customFetch]: fetchKeys,
        };
        return [issuer, { issuer, audience, algorithms, keys: createRemoteJWKSet(new URL(jwksUri), options) }];
      }),
    );
  }

  /** Whether the token claims to be of an issuer that is accepted; nothing is verified yet. */
  claims(token: string): boolean {
    return this.issuers.size > 0 && this.issuerOf(token) !== undefined;
  }

  /**
   * @returns undefined for a token that is not valid
   * @throws AppError 503 when the issuer's keys cannot be had
   */
  async read(token: string): Promise<OutsideClaims | undefined> {
    const issuer = this.issuerOf(token);
    if (!issuer) return undefined;
    try {
      const { payload } = await jwtVerify(token, issuer.keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: issuer.algorithms,
        currentDate: this.clock.now(),
        clockTolerance: TOLERANCE,
        requiredClaims: ['exp', 'sub'],
      });
      return claimsOf(payload);
    } catch (error) {
      return this.refused(error, issuer.issuer);
    }
  }

  private issuerOf(token: string): Issuer | undefined {
    try {
      return this.issuers.get(decodeJwt(token).iss ?? '');
    } catch {
      return undefined;
    }
  }

  private refused(error: unknown, issuer: string): undefined {
    const isOurs =
      error instanceof errors.JOSEError &&
      !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid);
    // A key set that cannot be read is a generic JOSEError; everything about the token itself has its own class.
    if (isOurs && error.code !== 'ERR_JOSE_GENERIC') return undefined;
    this.logger.warn({ err: error, issuer, msg: 'The keys of an outside issuer cannot be had' });
    throw new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause: error });
  }
}

/** @throws Error where the answer is larger than keys can be, before all of it is here */
async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_SIZE) throw new Error(`The set of keys has more than ${MAX_SIZE} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}

const MAX_NAME = 100;

function claimsOf(payload: JWTPayload): OutsideClaims {
  const { iss = '', sub = '', email, email_verified: verified, emailVerified, name } = payload;
  return {
    issuer: iss,
    subject: sub,
    email: typeof email === 'string' ? email : undefined,
    // OpenID Connect Core §5.1 spells it with an underscore, better-auth without.
    emailVerified: verified === true || emailVerified === true,
    name: typeof name === 'string' ? name.slice(0, MAX_NAME) : undefined,
  };
}
