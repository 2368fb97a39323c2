import { Injectable } from '@nestjs/common';
import { parse, stringify } from 'uuid';
import { Keyring } from '../../core/keys/keyring.js';

const ID_BYTES = 16;
const TIME_BYTES = 4;
const SIGNATURE_BYTES = 24;

/** A link in a mail is good for so long, in seconds. */
export const EMAIL_VERIFICATION_TTL = 86_400;

/** What the signature covers besides the token itself, so that a change of either makes older links void. */
export interface VerificationSubject {
  id: string;
  email: string;
  sessionsValidFrom: Date | null;
}

/**
 * Verification tokens are derived when the mail is rendered and stored nowhere: account, expiry, and a signature over
 * these, the address, and the moment since when sessions are valid, which a change of password moves.
 */
@Injectable()
export class EmailVerificationTokens {
  constructor(private readonly keyring: Keyring) {}

  /** @param from when the mail was owed; the same mail rendered again has the same token */
  derive(subject: VerificationSubject, from: Date): string {
    const content = Buffer.alloc(ID_BYTES + TIME_BYTES);
    content.set(parse(subject.id));
    content.writeUInt32BE(Math.floor(from.getTime() / 1_000) + EMAIL_VERIFICATION_TTL, ID_BYTES);
    const signature = this.keyring.sign('email-verification', signed(content, subject), SIGNATURE_BYTES);
    return Buffer.concat([content, signature]).toString('base64url');
  }

  /** The account that a token claims to be for; nothing is checked yet but its length. */
  subjectId(token: string): string | undefined {
    const bytes = bytesOf(token);
    return bytes && stringify(bytes.subarray(0, ID_BYTES));
  }

  isValid(token: string, subject: VerificationSubject, now: Date): boolean {
    const bytes = bytesOf(token);
    if (!bytes) return false;
    const content = bytes.subarray(0, ID_BYTES + TIME_BYTES);
    if (content.readUInt32BE(ID_BYTES) * 1_000 <= now.getTime()) return false;
    return this.keyring.verify('email-verification', signed(content, subject), bytes.subarray(content.length));
  }
}

function bytesOf(token: string): Buffer | undefined {
  const bytes = Buffer.from(token, 'base64url');
  const wellFormed = bytes.length === ID_BYTES + TIME_BYTES + SIGNATURE_BYTES && bytes.toString('base64url') === token;
  return wellFormed ? bytes : undefined;
}

const signed = (content: Buffer, subject: VerificationSubject): string =>
  [content.toString('hex'), subject.email, subject.sessionsValidFrom?.getTime() ?? 0].join('\n');
