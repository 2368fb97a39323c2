import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { LinkTokens, type LinkPurpose, type LinkSubject } from './link-tokens.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';
const OWED = new Date('2026-03-01T12:00:00.789Z');
const ADA: LinkSubject = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'Ada@example.com',
  pendingEmail: null,
  credentialsChangedAt: new Date('2026-02-01T00:00:00.123Z'),
};

/** Seconds that the links of each purpose live, as the letters say it. */
const LIVES: { purpose: LinkPurpose; ttl: number }[] = [
  { purpose: 'verify', ttl: 86_400 },
  { purpose: 'change-email', ttl: 86_400 },
  { purpose: 'reset', ttl: 3_600 },
  { purpose: 'invite', ttl: 604_800 },
];

const keyringOf = (secrets: string): Keyring =>
  new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: secrets }));

const tokensWith = (secrets: string): LinkTokens => new LinkTokens(keyringOf(secrets));

const after = (seconds: number): Date => new Date(OWED.getTime() + seconds * 1_000);

/** The token with one bit of one byte turned round. */
function tampered(token: string, index: number, bits = 1): string {
  const bytes = Buffer.from(token, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(index) ^ bits, index);
  return bytes.toString('base64url');
}

describe('LinkTokens', () => {
  const tokens = tokensWith(OLD);
  const token = tokens.derive('verify', ADA, OWED);

  it.each(LIVES)('is valid for whom it was derived for, and tells that and that it is to $purpose', ({ purpose }) => {
    const derived = tokens.derive(purpose, ADA, OWED);
    expect(tokens.claim(derived)).toEqual({ purpose, userId: ADA.id });
    expect(tokens.isValid(derived, ADA, OWED)).toBe(true);
  });

  it('is the same for the same mail, however often that is rendered', () => {
    expect(tokensWith(OLD).derive('verify', { ...ADA }, new Date(OWED))).toBe(token);
    expect(tokens.derive('verify', ADA, after(1))).not.toBe(token);
  });

  it('fits into a link as it is, and holds no address', () => {
    expect(token).toMatch(/^[\w-]+$/);
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('example.com');
  });

  it.each(
    LIVES.flatMap(({ purpose, ttl }) => [
      { purpose, seconds: 0, valid: true },
      { purpose, seconds: ttl - 1, valid: true },
      { purpose, seconds: ttl, valid: false },
      { purpose, seconds: ttl * 30, valid: false },
    ]),
  )('is valid to $purpose after $seconds seconds: $valid', ({ purpose, seconds, valid }) => {
    expect(tokens.isValid(tokens.derive(purpose, ADA, OWED), ADA, after(seconds))).toBe(valid);
  });

  it.each([
    { name: 'the address was changed', change: { email: 'other@example.com' } },
    { name: 'the address is spelled otherwise', change: { email: 'ada@example.com' } },
    { name: 'another address is pending', change: { pendingEmail: 'new@example.com' } },
    {
      name: 'password or address were changed since',
      change: { credentialsChangedAt: new Date('2026-03-01T12:00:01Z') },
    },
    {
      name: 'they were changed a millisecond later',
      change: { credentialsChangedAt: new Date(ADA.credentialsChangedAt.getTime() + 1) },
    },
    {
      name: 'it is presented for somebody else',
      change: { id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a12', email: 'b@b.example' },
    },
  ])('is void once $name, whatever its purpose', ({ change }) => {
    for (const { purpose } of LIVES)
      expect(tokens.isValid(tokens.derive(purpose, ADA, OWED), { ...ADA, ...change }, OWED)).toBe(false);
  });

  it.each([
    { name: 'another one took its place', pendingEmail: 'third@example.com' },
    { name: 'it was withdrawn, or confirmed', pendingEmail: null },
    { name: 'it is spelled otherwise', pendingEmail: 'New@example.com' },
  ])('confirms no new address once $name', ({ pendingEmail }) => {
    const changing = { ...ADA, pendingEmail: 'new@example.com' };
    const derived = tokens.derive('change-email', changing, OWED);
    expect(tokens.isValid(derived, changing, OWED)).toBe(true);
    expect(tokens.isValid(derived, { ...changing, pendingEmail }, OWED)).toBe(false);
  });

  it('does not take the pending address for the present one', () => {
    const derived = tokens.derive('verify', { ...ADA, email: 'a@example.com', pendingEmail: 'b@example.com' }, OWED);
    const swapped = { ...ADA, email: 'b@example.com', pendingEmail: 'a@example.com' };
    expect(tokens.isValid(derived, swapped, OWED)).toBe(false);
  });

  it.each([
    { part: 'the purpose', index: 0, bits: 1 ^ 3 },
    { part: 'the first byte of the account', index: 1, bits: 1 },
    { part: 'the last byte of the account', index: 16, bits: 1 },
    { part: 'the first byte of the expiry', index: 17, bits: 1 },
    { part: 'the last byte of the expiry', index: 20, bits: 1 },
    { part: 'the first byte of the signature', index: 21, bits: 1 },
    { part: 'the last byte of the signature', index: 44, bits: 1 },
  ])('is void when $part was changed', ({ index, bits }) => {
    expect(tokens.isValid(tampered(token, index, bits), ADA, OWED)).toBe(false);
  });

  it('is of another purpose to the eye alone when its first byte is changed', () => {
    const forged = tampered(token, 0, 1 ^ 3);
    expect(tokens.claim(forged)).toEqual({ purpose: 'reset', userId: ADA.id });
    expect(tokens.isValid(forged, ADA, OWED)).toBe(false);
  });

  it('differs from purpose to purpose in its signature too', () => {
    const signatures = LIVES.map(({ purpose }) =>
      Buffer.from(tokens.derive(purpose, ADA, OWED), 'base64url')
        .subarray(21)
        .toString('hex'),
    );
    expect(new Set(signatures).size).toBe(LIVES.length);
  });

  it.each([0, 5, 255])('claims nothing by the unknown purpose %d', (byte) => {
    expect(tokens.claim(tampered(token, 0, 1 ^ byte))).toBeUndefined();
  });

  it('refuses a signature that was made for another use of the same secret', () => {
    const content = Buffer.from(token, 'base64url').subarray(0, 21);
    const { email, pendingEmail, credentialsChangedAt } = ADA;
    const signed = JSON.stringify([content.toString('hex'), email, pendingEmail, credentialsChangedAt.getTime()]);
    const withKeyOf = (use: 'link' | 'refresh-token'): string =>
      Buffer.concat([content, keyringOf(OLD).sign(use, signed, 24)]).toString('base64url');
    expect(withKeyOf('link')).toBe(token);
    expect(tokens.isValid(withKeyOf('refresh-token'), ADA, OWED)).toBe(false);
  });

  it.each([
    { name: 'nothing', given: '' },
    { name: 'a text', given: 'not-a-token' },
    { name: 'a token without its end', given: token.slice(0, -2) },
    { name: 'a token without its signature', given: token.slice(0, 28) },
    { name: 'a token with more behind it', given: `${token}AA` },
    { name: 'a token and padding', given: `${token}=` },
    { name: 'a token and a line break', given: `${token}\n` },
    { name: 'a blank and a token', given: ` ${token}` },
    { name: 'characters that a decoder passes over', given: `${token.slice(0, 10)}!!${token.slice(10)}` },
    { name: 'as many bytes of zeros', given: Buffer.alloc(45).toString('base64url') },
  ])('takes $name neither for valid nor for anybody’s', ({ given }) => {
    expect(tokens.isValid(given, ADA, OWED)).toBe(false);
    expect(tokens.claim(given)).toBeUndefined();
  });

  it('takes the same bytes in plain base64 for no token', () => {
    // Until one has a character that the two spell differently.
    const spelled = Array.from({ length: 64 }, (_, second) => tokens.derive('verify', ADA, after(second))).find(
      (text) => /[-_]/.test(text),
    );
    const plain = Buffer.from(spelled ?? '', 'base64url').toString('base64');
    expect(plain).toMatch(/[+/]/);
    expect(tokens.claim(plain)).toBeUndefined();
    expect(tokens.isValid(plain, ADA, OWED)).toBe(false);
  });

  it('claims nothing, and throws nothing, for made-up bytes of the right length', () => {
    const made = Buffer.alloc(45, 1).toString('base64url');
    expect(tokens.isValid(made, ADA, OWED)).toBe(false);
    expect(tokens.claim(made)).toBeUndefined();
  });

  it('keeps links valid while the secret is exchanged, and no longer', () => {
    expect(tokensWith(`${NEW},${OLD}`).isValid(token, ADA, OWED)).toBe(true);
    expect(tokensWith(NEW).isValid(token, ADA, OWED)).toBe(false);
    const during = tokensWith(`${NEW},${OLD}`).derive('reset', ADA, OWED);
    expect(tokensWith(NEW).isValid(during, ADA, OWED)).toBe(true);
  });
});
