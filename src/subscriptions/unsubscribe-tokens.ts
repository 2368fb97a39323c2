import { Injectable } from '@nestjs/common';
import { fromBase64url } from '../common/encoding/base64url.js';
import { uuidFromBytes } from '../common/ids/uuid.js';
import { Keyring } from '../core/keys/keyring.js';
import type { Follow } from './subscriptions.repository.js';

const UUID_BYTES = 16;
const SIGNATURE_BYTES = 16;

/**
 * The tokens of unsubscribe links: both ids and a signature. They do not expire, as mails are kept for years, and can do
 * nothing but end a subscription.
 */
@Injectable()
export class UnsubscribeTokens {
  constructor(private readonly keyring: Keyring) {}

  derive({ subscriberId, authorId }: Follow): string {
    const ids = Buffer.concat([bytesOf(subscriberId), bytesOf(authorId)]);
    return Buffer.concat([ids, this.keyring.sign('unsubscribe', ids, SIGNATURE_BYTES)]).toString('base64url');
  }

  /** @returns undefined for a token that was not made here */
  read(token: string): Follow | undefined {
    const bytes = fromBase64url(token);
    if (bytes?.length !== 2 * UUID_BYTES + SIGNATURE_BYTES) return undefined;
    const ids = bytes.subarray(0, 2 * UUID_BYTES);
    if (!this.keyring.verify('unsubscribe', ids, bytes.subarray(2 * UUID_BYTES))) return undefined;
    const subscriberId = uuidFromBytes(ids.subarray(0, UUID_BYTES));
    const authorId = uuidFromBytes(ids.subarray(UUID_BYTES));
    return subscriberId && authorId ? { subscriberId, authorId } : undefined;
  }
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');
