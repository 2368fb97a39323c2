import { createHmac } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { testSettings } from '../../../test/support/test-settings.js';
import type { Clock } from '../../core/clock/clock.js';
import { Keyring } from '../../core/keys/keyring.js';
import { AccessTokens } from './access-tokens.js';
import { SigningKeys } from './signing-keys.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';
const NOW = new Date('2026-03-01T12:00:00Z');
const SECONDS = NOW.getTime() / 1_000;
const ISSUER = 'http://localhost:3000';
const CONTENT = {
  userId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  sessionId: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
};

class TestClock implements Clock {
  constructor(public milliseconds = 0) {}

  now(): Date {
    return new Date(NOW.getTime() + this.milliseconds);
  }
}

function tokensWith(
  secrets: string,
  after = 0,
  overrides: NodeJS.ProcessEnv = {},
  clock = new TestClock(after * 1_000),
): AccessTokens {
  const settings = testSettings('postgres://localhost/x', { SECRET_KEY: secrets, ...overrides });
  return new AccessTokens(new JwtService(), new Keyring(settings), new SigningKeys(settings), settings, clock);
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const decode = (token: string, part: 0 | 1): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>;

const HEADER = { alg: 'HS256', typ: 'at+jwt' };
const PAYLOAD = {
  sub: CONTENT.userId,
  sid: CONTENT.sessionId,
  iss: ISSUER,
  aud: ISSUER,
  iat: SECONDS,
  exp: SECONDS + 900,
};

/** A token of any content, signed with the right key. */
function signed(header: object, payload: object, algorithm = 'sha256'): string {
  const [key] = new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: OLD })).keysFor('access-token');
  const content = `${encode(header)}.${encode(payload)}`;
  return `${content}.${createHmac(algorithm, key ?? '')
    .update(content)
    .digest('base64url')}`;
}

const without = (name: keyof typeof PAYLOAD): object => ({ ...PAYLOAD, [name]: undefined });

describe('AccessTokens', () => {
  const tokens = tokensWith(OLD);

  it('says who it is for, by whom, and for how long', async () => {
    const token = await tokens.sign(CONTENT);
    expect(decode(token, 0)).toEqual(HEADER);
    expect(decode(token, 1)).toEqual({ ...PAYLOAD, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('is never the same twice', async () => {
    expect(await tokens.sign(CONTENT)).not.toBe(await tokens.sign(CONTENT));
  });

  it('reads what it signed', async () => {
    expect(await tokens.read(await tokens.sign(CONTENT))).toEqual(CONTENT);
  });

  it('reads a token made by hand, so that what is refused below is refused for its one fault', async () => {
    expect(await tokens.read(signed(HEADER, PAYLOAD))).toEqual(CONTENT);
  });

  it.each([
    { after: 0, valid: true },
    { after: 899, valid: true },
    { after: 900, valid: false },
    { after: 10_000, valid: false },
  ])('is valid after $after seconds: $valid', async ({ after, valid }) => {
    const token = await tokens.sign(CONTENT);
    expect(await tokensWith(OLD, after).read(token)).toEqual(valid ? CONTENT : undefined);
  });

  it('is remembered no longer than it lives, and stands for no other token', async () => {
    const clock = new TestClock();
    const remembering = tokensWith(OLD, 0, {}, clock);
    const token = await remembering.sign(CONTENT);
    for (const seconds of [0, 1, 899]) {
      clock.milliseconds = seconds * 1_000;
      expect(await remembering.read(token)).toEqual(CONTENT);
      expect(remembering.known(token)).toEqual(CONTENT);
    }
    const [header, payload, signature = ''] = token.split('.');
    const other = encode({ ...decode(token, 1), sid: CONTENT.userId });
    for (const forged of [`${header}.${other}.${signature}`, `${header}.${payload}.${signature.slice(0, -4)}AAAA`]) {
      expect(await remembering.read(forged)).toBeUndefined();
      expect(remembering.known(forged)).toBeUndefined();
    }
    clock.milliseconds = 900_000;
    expect(remembering.known(token)).toBeUndefined();
    expect(await remembering.read(token)).toBeUndefined();
  });

  it('lives for as long as ACCESS_TOKEN_TTL says', async () => {
    const token = await tokensWith(OLD, 0, { ACCESS_TOKEN_TTL: '10' }).sign(CONTENT);
    expect(await tokensWith(OLD, 9).read(token)).toEqual(CONTENT);
    expect(await tokensWith(OLD, 10).read(token)).toBeUndefined();
  });

  it.each([
    { name: 'is of another type', token: signed({ ...HEADER, typ: 'JWT' }, PAYLOAD) },
    { name: 'has no type', token: signed({ alg: 'HS256' }, PAYLOAD) },
    { name: 'has another issuer', token: signed(HEADER, { ...PAYLOAD, iss: 'https://evil.example' }) },
    { name: 'has no issuer', token: signed(HEADER, without('iss')) },
    { name: 'is for another audience', token: signed(HEADER, { ...PAYLOAD, aud: 'https://evil.example' }) },
    { name: 'has no audience', token: signed(HEADER, without('aud')) },
    { name: 'never expires', token: signed(HEADER, without('exp')) },
    { name: 'expires at a text', token: signed(HEADER, { ...PAYLOAD, exp: 'never' }) },
    { name: 'expired', token: signed(HEADER, { ...PAYLOAD, exp: SECONDS - 1 }) },
    { name: 'is not valid yet', token: signed(HEADER, { ...PAYLOAD, nbf: SECONDS + 60 }) },
    { name: 'has no account', token: signed(HEADER, without('sub')) },
    { name: 'has no session', token: signed(HEADER, without('sid')) },
    { name: 'has an account that is no id', token: signed(HEADER, { ...PAYLOAD, sub: "' OR true" }) },
    { name: 'has a session that is no id', token: signed(HEADER, { ...PAYLOAD, sid: 7 }) },
    { name: 'has another algorithm', token: signed({ ...HEADER, alg: 'HS512' }, PAYLOAD, 'sha512') },
    { name: 'has no algorithm', token: signed({ ...HEADER, alg: 'none' }, PAYLOAD) },
  ])('refuses a token that $name, though the key is the right one', async ({ token }) => {
    expect(await tokens.read(token)).toBeUndefined();
  });

  const genuine = signed(HEADER, PAYLOAD);
  const [header = '', payload = '', signature = ''] = genuine.split('.');
  const promoted = encode({ ...PAYLOAD, sub: '01970f3e-0000-7000-8000-000000000000' });

  it.each([
    { name: 'nothing', token: '' },
    { name: 'two dots', token: '..' },
    { name: 'a text', token: 'not-a-token' },
    { name: 'another content', token: `${header}.${promoted}.${signature}` },
    { name: 'no signature', token: `${header}.${payload}.` },
    { name: 'no signature, nor its dot', token: `${header}.${payload}` },
    { name: 'no signature and alg none', token: `${encode({ ...HEADER, alg: 'none' })}.${payload}.` },
    { name: 'half of the signature', token: genuine.slice(0, -20) },
    { name: 'one character less', token: genuine.slice(0, -1) },
    { name: 'one character more', token: `${genuine}A` },
    { name: 'a signature in the other spelling of base64', token: `${header}.${payload}.${signature}=` },
    { name: 'a fourth part', token: `${genuine}.${signature}` },
    { name: 'a blank in front', token: ` ${genuine}` },
  ])('refuses $name', async ({ token }) => {
    expect(await tokens.read(token)).toBeUndefined();
  });

  it('refuses every other spelling of the last character, which has two bits to spare', async () => {
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    const read = await Promise.all(spellings.map(async (last) => tokens.read(genuine.slice(0, -1) + last)));
    const accepted = spellings.filter((_last, index) => read[index] !== undefined);
    expect(accepted).toEqual([genuine.at(-1)]);
  });

  it('refuses a token of another installation', async () => {
    expect(await tokens.read(await tokensWith(NEW).sign(CONTENT))).toBeUndefined();
  });

  it('refuses a token signed with the secret itself, from which the key is derived', async () => {
    const content = `${encode(HEADER)}.${encode(PAYLOAD)}`;
    const forged = createHmac('sha256', OLD).update(content).digest('base64url');
    expect(await tokens.read(`${content}.${forged}`)).toBeUndefined();
  });

  it('keeps tokens valid while the secret is exchanged, and no longer', async () => {
    const old = await tokens.sign(CONTENT);
    const during = tokensWith(`${NEW},${OLD}`);
    expect(await during.read(old)).toEqual(CONTENT);
    expect(await tokensWith(NEW).read(old)).toBeUndefined();
    expect(await tokensWith(NEW).read(await during.sign(CONTENT))).toEqual(CONTENT);
  });

  it.each([
    { name: 'no signature', token: `${header}.${promoted}.` },
    { name: 'the signature of another', token: `${header}.${promoted}.${signature}` },
    { name: 'alg none', token: `${encode({ ...HEADER, alg: 'none' })}.${promoted}.` },
  ])('never speaks for another account by $name', async ({ token }) => {
    expect(await tokens.read(token)).toBeUndefined();
  });
});
