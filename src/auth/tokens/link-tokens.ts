import { Injectable } from '@nestjs/common';
import { parse } from 'uuid';
import { fromBase64url } from '../../common/encoding/base64url.js';
import { uuidFromBytes } from '../../common/ids/uuid.js';
import { Keyring } from '../../core/keys/keyring.js';

const PURPOSE_BYTES = 1;
const ID_BYTES = 16;
const TIME_BYTES = 4;
const SIGNATURE_BYTES = 24;
const CONTENT_BYTES = PURPOSE_BYTES + ID_BYTES + TIME_BYTES;

/** What a link in a mail is for; each with the first byte of its tokens, and its life in seconds. */
const PURPOSES = {
  verify: { byte: 1, ttl: 86_400 },
  'change-email': { byte: 2, ttl: 86_400 },
  reset: { byte: 3, ttl: 3_600 },
  invite: { byte: 4, ttl: 7 * 86_400 },
} as const;

export type LinkPurpose = keyof typeof PURPOSES;

/** What the signature covers besides the token itself: a change of any of it makes older links void. */
export interface LinkSubject {
  id: string;
  email: string;
  /** The address that is to take its place. */
  pendingEmail: string | null;
  /** Moved by every change of password or address. */
  credentialsChangedAt: Date;
}

export interface LinkClaim {
  purpose: LinkPurpose;
  userId: string;
}

/**
 * Tokens of links in mails. They are derived when a mail is rendered and stored nowhere: purpose, account, expiry, and
 * a signature over these and over what the link is to change, so that using it makes it void.
 */
@Injectable()
export class LinkTokens {
  constructor(private readonly keyring: Keyring) {}

  /** @param from when the mail was owed; the same mail rendered again has the same token */
  derive(purpose: LinkPurpose, subject: LinkSubject, from: Date): string {
    const { byte, ttl } = PURPOSES[purpose];
    const content = Buffer.alloc(CONTENT_BYTES);
    content.writeUInt8(byte);
    content.set(parse(subject.id), PURPOSE_BYTES);
    content.writeUInt32BE(Math.floor(from.getTime() / 1_000) + ttl, PURPOSE_BYTES + ID_BYTES);
    const signature = this.keyring.sign('link', signed(content, subject), SIGNATURE_BYTES);
    return Buffer.concat([content, signature]).toString('base64url');
  }

  /** What a token claims to be; nothing is checked yet but its form. */
  claim(token: string): LinkClaim | undefined {
    const bytes = bytesOf(token);
    const purpose = bytes && purposeOf(bytes.readUInt8());
    const userId = bytes && uuidFromBytes(bytes.subarray(PURPOSE_BYTES, PURPOSE_BYTES + ID_BYTES));
    return purpose && userId ? { purpose, userId } : undefined;
  }

  /** Whether it was made here for this subject, as it is now, and has not expired. */
  isValid(token: string, subject: LinkSubject, now: Date): boolean {
    const bytes = bytesOf(token);
    if (!bytes) return false;
    const content = bytes.subarray(0, CONTENT_BYTES);
    if (content.readUInt32BE(PURPOSE_BYTES + ID_BYTES) * 1_000 <= now.getTime()) return false;
    return this.keyring.verify('link', signed(content, subject), bytes.subarray(CONTENT_BYTES));
  }
}

function bytesOf(token: string): Buffer | undefined {
  const bytes = fromBase64url(token);
  return bytes?.length === CONTENT_BYTES + SIGNATURE_BYTES ? bytes : undefined;
}

const purposeOf = (byte: number): LinkPurpose | undefined =>
  (Object.keys(PURPOSES) as LinkPurpose[]).find((purpose) => PURPOSES[purpose].byte === byte);

const signed = (content: Buffer, subject: LinkSubject): string =>
  JSON.stringify([
    content.toString('hex'),
    subject.email,
    subject.pendingEmail,
    subject.credentialsChangedAt.getTime(),
  ]);
