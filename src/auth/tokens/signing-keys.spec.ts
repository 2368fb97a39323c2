import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { AccessTokens } from './access-tokens.js';
import { SigningKeys } from './signing-keys.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const SECONDS = NOW.getTime() / 1_000;
const ISSUER = 'http://localhost:3000';
const CONTENT = {
  userId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  sessionId: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
};
const CLAIMS = {
  sub: CONTENT.userId,
  sid: CONTENT.sessionId,
  iss: ISSUER,
  aud: ISSUER,
  iat: SECONDS,
  exp: SECONDS + 900,
};

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const makeEc = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const KINDS = [
  { kind: 'EC', algorithm: 'ES256', pair: makeEc(), other: makeEc() },
  {
    kind: 'RSA',
    algorithm: 'RS256',
    pair: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
    other: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  },
  {
    kind: 'Ed25519',
    algorithm: 'EdDSA',
    pair: generateKeyPairSync('ed25519'),
    other: generateKeyPairSync('ed25519'),
  },
];
const [EC, RSA] = KINDS;
if (!EC || !RSA) throw new Error('There are no keys');

/** What makes and reads tokens with these private keys; with none, with SECRET_KEY. */
function setUp(keys: KeyObject[], after = 0) {
  const pems = keys.map(pemOf).join('\n');
  const settings = testSettings('postgres://localhost/x', pems ? { JWT_PRIVATE_KEY: pems } : {});
  const signingKeys = new SigningKeys(settings);
  const clock = { now: () => new Date(NOW.getTime() + after * 1_000) };
  return {
    tokens: new AccessTokens(new JwtService(), new Keyring(settings), signingKeys, settings, clock),
    signingKeys,
  };
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const signed = async (key: KeyObject, header: object, claims: object): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'none', ...header }).sign(key);

function hmac(key: string | Buffer, header: object = {}): string {
  const content = `${encode({ alg: 'HS256', typ: 'at+jwt', ...header })}.${encode(CLAIMS)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

describe('SigningKeys', () => {
  it('has none, and publishes none, where none is set', async () => {
    const { signingKeys } = setUp([]);
    expect(signingKeys.all).toEqual([]);
    expect(await signingKeys.publicSet()).toEqual({ keys: [] });
  });

  it.each(KINDS)('publishes the public part of $kind alone', async ({ pair, algorithm }) => {
    const { keys } = await setUp([pair.privateKey]).signingKeys.publicSet();
    expect(keys).toMatchObject([{ alg: algorithm, use: 'sig', kid: expect.stringMatching(/^[\w-]{16}$/) }]);
    // RFC 7518 §6: the members that make a key private, or symmetric.
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(keys[0]).not.toHaveProperty(secret);
    const [jwk] = keys;
    const published = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    expect(published.equals(pair.publicKey)).toBe(true);
  });

  it('publishes all of several, each under a name of its own that every process gives it', async () => {
    const privateKeys = KINDS.map(({ pair }) => pair.privateKey);
    const { keys } = await setUp(privateKeys).signingKeys.publicSet();
    expect(keys.map(({ alg }) => alg)).toEqual(['ES256', 'RS256', 'EdDSA']);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(3);
    expect(await setUp(privateKeys).signingKeys.publicSet()).toEqual({ keys });
  });
});

describe.each(KINDS)('AccessTokens with a key of $kind', ({ algorithm, pair, other }) => {
  const { tokens, signingKeys } = setUp([pair.privateKey]);
  const header = { alg: algorithm, typ: 'at+jwt' };

  it('reads what it signed, and names algorithm, type and key', async () => {
    const token = await tokens.sign(CONTENT);
    expect(decodeProtectedHeader(token)).toEqual({ ...header, kid: signingKeys.all[0]?.id });
    expect(await tokens.read(token)).toEqual(CONTENT);
  });

  it('reads a token made by hand, so that what is refused below is refused for its one fault', async () => {
    expect(await tokens.read(await signed(pair.privateKey, header, CLAIMS))).toEqual(CONTENT);
  });

  it.each([
    { after: 899, valid: true },
    { after: 900, valid: false },
  ])('is valid after $after seconds: $valid', async ({ after, valid }) => {
    const token = await tokens.sign(CONTENT);
    expect(await setUp([pair.privateKey], after).tokens.read(token)).toEqual(valid ? CONTENT : undefined);
  });

  it('verifies by the second key while the first one is new, and no longer', async () => {
    const old = await tokens.sign(CONTENT);
    const during = setUp([other.privateKey, pair.privateKey]).tokens;
    expect(await during.read(old)).toEqual(CONTENT);
    const after = setUp([other.privateKey]).tokens;
    expect(await after.read(old)).toBeUndefined();
    expect(await after.read(await during.sign(CONTENT))).toEqual(CONTENT);
  });

  it.each([
    { name: 'is of another type', change: {}, part: { typ: 'JWT' } },
    { name: 'has no type', change: {}, part: { typ: undefined } },
    { name: 'has another issuer', change: { iss: 'https://evil.example' }, part: {} },
    { name: 'has no issuer', change: { iss: undefined }, part: {} },
    { name: 'is for another audience', change: { aud: 'https://evil.example' }, part: {} },
    { name: 'has no audience', change: { aud: undefined }, part: {} },
    { name: 'never expires', change: { exp: undefined }, part: {} },
    { name: 'expires at a text', change: { exp: 'never' }, part: {} },
    { name: 'has expired', change: { exp: SECONDS - 1 }, part: {} },
    { name: 'is not valid yet', change: { nbf: SECONDS + 60 }, part: {} },
    { name: 'has no account', change: { sub: undefined }, part: {} },
    { name: 'has no session', change: { sid: undefined }, part: {} },
    { name: 'has an account that is no id', change: { sub: "' OR true" }, part: {} },
    { name: 'has a session that is no id', change: { sid: 7 }, part: {} },
  ])('refuses a token that $name, though the key is the right one', async ({ change, part }) => {
    const token = await signed(pair.privateKey, { ...header, ...part }, { ...CLAIMS, ...change });
    expect(await tokens.read(token)).toBeUndefined();
  });

  it('refuses a token of another key, whatever key it names', async () => {
    const kid = signingKeys.all[0]?.id;
    expect(await tokens.read(await signed(other.privateKey, { ...header, kid }, CLAIMS))).toBeUndefined();
  });

  it.each([
    { name: 'PEM', form: { type: 'spki', format: 'pem' } },
    { name: 'DER', form: { type: 'spki', format: 'der' } },
  ] as const)('refuses an HMAC with its public key in $name, which anybody can make', async ({ form }) => {
    // One overload each for text and bytes.
    const key = form.format === 'pem' ? pair.publicKey.export(form) : pair.publicKey.export({ ...form });
    for (const secret of [key, typeof key === 'string' ? key.trim() : key]) {
      expect(await tokens.read(hmac(secret))).toBeUndefined();
      expect(await tokens.read(hmac(secret, { alg: algorithm }))).toBeUndefined();
      expect(await tokens.read(hmac(secret, { kid: signingKeys.all[0]?.id }))).toBeUndefined();
    }
  });

  it('refuses a token of SECRET_KEY, as the two are never accepted side by side', async () => {
    const token = await setUp([]).tokens.sign(CONTENT);
    expect(await setUp([]).tokens.read(token)).toEqual(CONTENT);
    expect(await tokens.read(token)).toBeUndefined();
  });

  it('is refused where SECRET_KEY signs', async () => {
    expect(await setUp([]).tokens.read(await tokens.sign(CONTENT))).toBeUndefined();
  });

  it.each(['none', 'None', 'NONE', ''])('refuses alg "%s" without a signature, and with one', async (alg) => {
    const [, payload = '', signature = ''] = (await tokens.sign(CONTENT)).split('.');
    const forged = encode({ ...header, alg });
    for (const end of ['', signature]) expect(await tokens.read(`${forged}.${payload}.${end}`)).toBeUndefined();
  });

  it('refuses other contents, and none', async () => {
    const [head = '', payload = '', signature = ''] = (await tokens.sign(CONTENT)).split('.');
    const promoted = encode({ ...CLAIMS, sub: '01970f3e-0000-7000-8000-000000000000' });
    for (const forged of ['', '..', 'not-a-token', `${head}.${promoted}.${signature}`, `${head}.${payload}.`])
      expect(await tokens.read(forged)).toBeUndefined();
  });

  it('does not take a key out of the header', async () => {
    const jwk = other.publicKey.export({ format: 'jwk' });
    expect(await tokens.read(await signed(other.privateKey, { ...header, jwk }, CLAIMS))).toBeUndefined();
  });
});

describe('AccessTokens with keys of several kinds', () => {
  const all = KINDS.map(({ pair }) => pair.privateKey);

  it('signs with the first and verifies with all', async () => {
    const { tokens } = setUp(all);
    expect(decodeProtectedHeader(await tokens.sign(CONTENT))).toMatchObject({ alg: 'ES256' });
    for (const key of all) expect(await tokens.read(await setUp([key]).tokens.sign(CONTENT))).toEqual(CONTENT);
  });

  it('takes of each key its own algorithm alone', async () => {
    const { tokens } = setUp(all);
    for (const alg of ['RS384', 'RS512', 'PS256']) {
      const token = await signed(RSA.pair.privateKey, { alg, typ: 'at+jwt' }, CLAIMS);
      expect(await tokens.read(token)).toBeUndefined();
    }
  });
});
