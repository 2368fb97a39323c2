import { Injectable } from '@nestjs/common';
import { parse } from 'uuid';
import { fromBase64url } from '../../common/encoding/base64url.js';
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
    const bytes = fromBase64url(token);
    if (bytes?.length !== TOKEN_BYTES) return undefined;
    const content = bytes.subarray(0, ID_BYTES + GENERATION_BYTES);
    if (!this.keyring.verify('refresh-token', content, bytes.subarray(content.length))) return undefined;
    const sessionId = uuidFromBytes(content.subarray(0, ID_BYTES));
    return sessionId ? { sessionId, generation: content.readUInt32BE(ID_BYTES) } : undefined;
  }
}
