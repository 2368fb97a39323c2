import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { EMAIL_VERIFICATION_TTL, EmailVerificationTokens } from './email-verification-tokens.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';
const OWED = new Date('2026-03-01T12:00:00.789Z');
const ADA = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'Ada@example.com',
  sessionsValidFrom: new Date('2026-02-01T00:00:00.123Z'),
};

const tokensWith = (secrets: string): EmailVerificationTokens =>
  new EmailVerificationTokens(new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: secrets })));

const after = (seconds: number): Date => new Date(OWED.getTime() + seconds * 1_000);

describe('EmailVerificationTokens', () => {
  const tokens = tokensWith(OLD);
  const token = tokens.derive(ADA, OWED);

  it('is valid for the account that it was derived for, and tells which one that is', () => {
    expect(tokens.subjectId(token)).toBe(ADA.id);
    expect(tokens.isValid(token, ADA, OWED)).toBe(true);
  });

  it('is the same for the same mail, however often that is rendered', () => {
    expect(tokensWith(OLD).derive({ ...ADA }, new Date(OWED))).toBe(token);
    expect(tokens.derive(ADA, after(1))).not.toBe(token);
  });

  it('fits into a link as it is, and holds no address', () => {
    expect(token).toMatch(/^[\w-]+$/);
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('example.com');
  });

  it.each([
    { seconds: 0, valid: true },
    { seconds: EMAIL_VERIFICATION_TTL - 1, valid: true },
    { seconds: EMAIL_VERIFICATION_TTL, valid: false },
    { seconds: EMAIL_VERIFICATION_TTL * 30, valid: false },
  ])('is valid after $seconds seconds: $valid', ({ seconds, valid }) => {
    expect(tokens.isValid(token, ADA, after(seconds))).toBe(valid);
  });

  it.each([
    { name: 'the address was changed', subject: { ...ADA, email: 'other@example.com' } },
    { name: 'the address is spelled otherwise', subject: { ...ADA, email: 'ada@example.com' } },
    { name: 'sessions were ended since', subject: { ...ADA, sessionsValidFrom: new Date('2026-03-01T12:00:01Z') } },
  ])('is void once $name', ({ subject }) => {
    expect(tokens.isValid(token, subject, OWED)).toBe(false);
  });

  it.each([
    { part: 'the account', index: 15 },
    { part: 'the expiry', index: 16 },
    { part: 'the signature', index: 43 },
  ])('is void when $part was changed', ({ index }) => {
    const bytes = Buffer.from(token, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
    expect(tokens.isValid(bytes.toString('base64url'), ADA, OWED)).toBe(false);
  });

  it.each([
    { name: 'nothing', given: '' },
    { name: 'a text', given: 'not-a-token' },
    { name: 'a token without its end', given: token.slice(0, -2) },
    { name: 'a token with more behind it', given: `${token}AA` },
    { name: 'a token and padding', given: `${token}=` },
    { name: 'a token and a line break', given: `${token}\n` },
  ])('takes $name neither for valid nor for anybody’s', ({ given }) => {
    expect(tokens.isValid(given, ADA, OWED)).toBe(false);
    expect(tokens.subjectId(given)).toBeUndefined();
  });

  it('keeps links valid while the secret is exchanged, and no longer', () => {
    expect(tokensWith(`${NEW},${OLD}`).isValid(token, ADA, OWED)).toBe(true);
    expect(tokensWith(NEW).isValid(token, ADA, OWED)).toBe(false);
  });
});
