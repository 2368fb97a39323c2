import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';

/** What a key is for; a key of one purpose is of no use for another. */
export type KeyPurpose =
  'access-token' | 'refresh-token' | 'link' | 'cursor' | 'sign-in' | 'idempotency' | 'unsubscribe' | 'dashboard';

const KEY_BYTES = 32;
/** Shorter ones could be guessed, in bytes. */
const MINIMUM_SIGNATURE = 16;

/**
 * Keys derived (RFC 5869) from SECRET_KEY, one per purpose. The first secret signs; the others, older ones, still
 * verify, so that a secret is exchanged without logging anybody out.
 */
@Injectable()
export class Keyring {
  private readonly keys = new Map<KeyPurpose, Buffer[]>();

  constructor(private readonly settings: Settings) {}

  /** The key that signs comes first; never empty. */
  keysFor(purpose: KeyPurpose): Buffer[] {
    const known = this.keys.get(purpose);
    if (known) return known;
    const derived = this.settings.SECRET_KEY.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, 'broadsheet', purpose, KEY_BYTES)),
    );
    this.keys.set(purpose, derived);
    return derived;
  }

  /** @returns the HMAC-SHA256 of the data under the key that signs, cut to so many bytes */
  sign(purpose: KeyPurpose, data: string | Buffer, bytes = 32): Buffer {
    const [key] = this.keysFor(purpose);
    if (!key) throw new Error('SECRET_KEY is empty');
    return mac(key, data, bytes);
  }

  /** Whether any of the keys made this signature; takes the same time whatever is wrong with it. */
  verify(purpose: KeyPurpose, data: string | Buffer, signature: Buffer): boolean {
    if (signature.length < MINIMUM_SIGNATURE || signature.length > KEY_BYTES) return false;
    return this.keysFor(purpose).some((key) => timingSafeEqual(mac(key, data, signature.length), signature));
  }
}

const mac = (key: Buffer, data: string | Buffer, bytes: number): Buffer =>
  createHmac('sha256', key).update(data).digest().subarray(0, bytes);
