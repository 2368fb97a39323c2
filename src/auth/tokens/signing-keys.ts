import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { exportJWK, type JWK } from 'jose';
import { Settings } from '../../core/config/settings.js';

export interface SigningKey {
  /** Made from the public part, so that every process gives a key the same name. */
  id: string;
  algorithm: 'ES256' | 'RS256' | 'EdDSA';
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** The keys of JWT_PRIVATE_KEY; none where it is not set, and SECRET_KEY signs. */
@Injectable()
export class SigningKeys {
  /** The first one signs, all of them verify. */
  readonly all: SigningKey[];

  constructor(settings: Settings) {
    this.all = (settings.JWT_PRIVATE_KEY ?? []).map(signingKey);
  }

  /** The public parts, as a JSON Web Key Set (RFC 7517 §5). */
  async publicSet(): Promise<{ keys: JWK[] }> {
    const keys = await Promise.all(
      this.all.map(async ({ id, algorithm, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid: id,
        alg: algorithm,
        use: 'sig',
      })),
    );
    return { keys };
  }
}

function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('base64url').slice(0, 16);
  return { id, algorithm: algorithmOf(privateKey), privateKey, publicKey };
}

function algorithmOf({ asymmetricKeyType }: KeyObject): SigningKey['algorithm'] {
  if (asymmetricKeyType === 'ec') return 'ES256';
  return asymmetricKeyType === 'rsa' ? 'RS256' : 'EdDSA';
}
