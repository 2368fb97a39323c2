import { createHmac } from 'node:crypto';
import { Keyring } from '../../../src/core/keys/keyring.js';
import type { Person } from '../../support/people.js';
import type { TestApi } from '../../support/test-api.js';

export interface JwtParts {
  header?: object;
  payload?: object;
  /** The key and digest of the signature; `null` leaves the signature empty. */
  key?: Buffer | string | null;
  digest?: string;
}

/** The parts of a token as it was issued. */
export function decode(token: string): { header: Record<string, unknown>; payload: Record<string, unknown> } {
  const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  return { header: JSON.parse(header ?? ''), payload: JSON.parse(payload ?? '') };
}

/** Somebody's access token, made again with other parts; with none it is as good as the first. */
export function forge(api: TestApi, person: Person, parts: JwtParts = {}): string {
  const issued = decode(person.accessToken);
  const { key = api.app.get(Keyring).keysFor('access-token')[0] ?? '', digest = 'sha256' } = parts;
  const signed = [
    { ...issued.header, ...parts.header },
    { ...issued.payload, ...parts.payload },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = key === null ? '' : createHmac(digest, key).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}
