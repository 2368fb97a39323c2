import { Injectable } from '@nestjs/common';
import { parse } from 'uuid';
import { uuidFromBytes } from '../../common/ids/uuid.js';
import { Keyring } from '../../core/keys/keyring.js';

const ID_BYTES = 16;
const GENERATION_BYTES = 4;
const SIGNATURE_BYTES = 32;
const TOKEN_BYTES = ID_BYTES + GENERATION_BYTES + SIGNATURE_BYTES;

export interface RefreshTokenContent {
  sessionId: string;
  generation: number;
}

/**
 * Refresh tokens are derived, never stored: session id, generation, and their signature. So the successor of a token
 * can be told again to a client whose first answer was lost, and a stolen database holds none.
 */
@Injectable()
export class RefreshTokens {
  constructor(private readonly keyring: Keyring) {}

  derive({ sessionId, generation }: RefreshTokenContent): string {
    const content = Buffer.alloc(ID_BYTES + GENERATION_BYTES);
    content.set(parse(sessionId));
    content.writeUInt32BE(generation, ID_BYTES);
    const signature = this.keyring.sign('refresh-token', content, SIGNATURE_BYTES);
    return Buffer.concat([content, signature]).toString('base64url');
  }

  /** @returns undefined for a token that was not made here; whether its session lives is another question */
  read(token: string): RefreshTokenContent | undefined {
    const bytes = Buffer.from(token, 'base64url');
    // Base64url has several spellings of the same bytes; only ours is accepted.
    if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== token) return undefined;
    const content = bytes.subarray(0, ID_BYTES + GENERATION_BYTES);
    if (!this.keyring.verify('refresh-token', content, bytes.subarray(content.length))) return undefined;
    const sessionId = uuidFromBytes(content.subarray(0, ID_BYTES));
    return sessionId ? { sessionId, generation: content.readUInt32BE(ID_BYTES) } : undefined;
  }
}
