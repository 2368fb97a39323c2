import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { RefreshTokens } from './refresh-tokens.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';
const CONTENT = { sessionId: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55', generation: 7 };

const keyringOf = (secrets: string): Keyring =>
  new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: secrets }));

const tokensWith = (secrets: string): RefreshTokens => new RefreshTokens(keyringOf(secrets));

/** The bytes of a token with one bit of one byte turned round. */
function tampered(token: string, index: number): string {
  const bytes = Buffer.from(token, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return bytes.toString('base64url');
}

describe('RefreshTokens', () => {
  const tokens = tokensWith(OLD);
  const token = tokens.derive(CONTENT);

  it.each([0, 1, 7, 2 ** 31, 2 ** 32 - 1])('reads what it derived, up to generation %d', (generation) => {
    const content = { ...CONTENT, generation };
    expect(tokens.read(tokens.derive(content))).toEqual(content);
  });

  it('derives the same token each time, which is what lets a lost answer be given again', () => {
    expect(tokensWith(OLD).derive(CONTENT)).toBe(token);
  });

  it('derives another one for each generation and session', () => {
    expect(tokens.derive({ ...CONTENT, generation: 8 })).not.toBe(token);
    expect(tokens.derive({ ...CONTENT, sessionId: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56' })).not.toBe(token);
  });

  it.each([
    { part: 'the session', index: 0 },
    { part: 'the generation', index: 19 },
    { part: 'the first byte of the signature', index: 20 },
    { part: 'the last byte of the signature', index: 51 },
  ])('refuses a token in which $part was changed', ({ index }) => {
    expect(tokens.read(tampered(token, index))).toBeUndefined();
  });

  it.each([
    { name: 'nothing', given: '' },
    { name: 'a text', given: 'not-a-token' },
    { name: 'a token without its end', given: token.slice(0, -1) },
    { name: 'a token without its signature', given: token.slice(0, 27) },
    { name: 'a token with more behind it', given: `${token}AAAA` },
    { name: 'a token and a line break', given: `${token}\n` },
    { name: 'a token and padding', given: `${token}=` },
    { name: 'the same bytes in plain base64', given: Buffer.from(token, 'base64url').toString('base64') },
    { name: 'characters that a decoder passes over', given: `${token.slice(0, 10)}!!${token.slice(10)}` },
    { name: 'as many bytes of zeros', given: Buffer.alloc(52).toString('base64url') },
  ])('refuses $name', ({ given }) => {
    expect(tokens.read(given)).toBeUndefined();
  });

  it('refuses every other spelling of the last character, which has bits to spare', () => {
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    const accepted = spellings.filter((last) => tokens.read(token.slice(0, -1) + last) !== undefined);
    expect(accepted).toEqual([token.at(-1)]);
  });

  it('refuses a signature that was made for another purpose', () => {
    const content = Buffer.from(token, 'base64url').subarray(0, 20);
    const signature = keyringOf(OLD).sign('cursor', content);
    expect(tokens.read(Buffer.concat([content, signature]).toString('base64url'))).toBeUndefined();
  });

  it('keeps tokens valid while the secret is exchanged, and no longer', () => {
    const during = tokensWith(`${NEW},${OLD}`);
    expect(during.read(token)).toEqual(CONTENT);
    expect(tokensWith(NEW).read(token)).toBeUndefined();
    expect(tokensWith(NEW).read(during.derive(CONTENT))).toEqual(CONTENT);
  });
});
