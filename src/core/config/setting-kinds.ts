import { createPrivateKey } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { redisAddress } from '../redis/redis-address.js';
import { filesOf, isSslModeKnown, SSL_MODES } from '../database/connection-target.js';

/** What a setting may be: a text of the environment, made into its value or refused with a sentence. */

/** A text of decimal digits; `Number()` alone would take '1e3', '0x10' and '' too. */
export const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be between ${minimum} and ${maximum}`);

export const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');

export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

export const url = (protocols: string[], example: string) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL such as ${example}`,
    );

export const postgresUrl = url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database')
  .refine(isSslModeKnown, `has an sslmode that is none of ${SSL_MODES.join(', ')}`)
  .refine((value) => filesOf(value).every(isReadable), 'names a certificate or a key that cannot be read');
export const redisUrl = z
  .string()
  .refine(
    (value) => redisAddress(value) !== undefined,
    'must be a URL such as redis://host:6379, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379',
  );
export const httpUrl = url(['http:', 'https:'], 'https://example.com').transform((value) => value.replace(/\/+$/, ''));

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const MINIMUM_RSA_BITS = 2048;

function isPrivateKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= MINIMUM_RSA_BITS;
    if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** One PEM after the other; `\\n` counts as a line break, since many environments have no other way to write one. */
export const privateKeys = z
  .string()
  .transform((value) => value.replaceAll('\\n', '\n').match(/-----BEGIN [^-]+-----[\s\S]+?-----END [^-]+-----/g) ?? [])
  .refine(
    (keys) => keys.length > 0 && keys.every(isPrivateKey),
    'must be EC, RSA (2048 bits or more) or Ed25519 private keys in PEM',
  );

export const dkimKey = z
  .string()
  .transform((value) => value.replaceAll('\\n', '\n'))
  .refine((value) => keyTypeOf(value) === 'rsa', 'must be an RSA private key in PEM');

function keyTypeOf(pem: string): string | undefined {
  try {
    return createPrivateKey(pem).asymmetricKeyType;
  } catch {
    return undefined;
  }
}

export const outsideIssuers = z
  .string()
  .transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.array(
      z.object({
        issuer: z.url(),
        jwksUri: z.url(),
        audience: z.string().min(1),
        // Asymmetric ones alone: with a public key as the secret of an HMAC anybody could sign.
        algorithms: z.array(z.enum(['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'])).min(1),
      }),
    ),
  );

export function isCidr(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const bits = new Map([
    [4, 32],
    [6, 128],
  ]).get(isIP(address));
  if (bits === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** The text search configurations that every PostgreSQL from 14 on brings. */
export const SEARCH_LANGUAGES = [
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const;

export type SearchLanguage = (typeof SEARCH_LANGUAGES)[number];

/** An address, or a name with an address in angle brackets. */
export const SENDER = /^(?:[^\s<>@,;"]+@[^\s<>@,;"]+|(?:"[^"\r\n]*"|[^<>"\r\n,;]*)\s*<[^\s<>@,;"]+@[^\s<>@,;"]+>)$/;
