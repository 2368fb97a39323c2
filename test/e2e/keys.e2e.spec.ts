import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  jwtVerify,
  SignJWT,
  type JWTHeaderParameters,
} from 'jose';
import { AppModule } from '../../src/app.module.js';
import { createHttpApplication } from '../../src/core/http/create-http-application.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { createOpenApiDocument } from '../../src/core/openapi/openapi-document.js';
import { AnswerValidator } from '../support/answer-validator.js';
import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { TestClient } from '../support/test-client.js';
import { testSettings } from '../support/test-settings.js';
import { decode, forge } from './support/forge.js';
import { expectProblem } from './support/problem.js';

const ME = '/api/v1/users/me';
const JWKS = '/.well-known/jwks.json';
const REFRESH = '/api/v1/auth/refresh';
const PUBLIC_URL = 'http://localhost:3000';

const pem = (privateKey: ReturnType<typeof createPublicKey>): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const OTHER_EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ED = generateKeyPairSync('ed25519');
const OLD_SECRET = 'an-old-secret-that-is-long-enough-012345';
const NEW_SECRET = 'a-new-secret-that-is-long-enough-0123456';

/**
 * Another process over the same database, with settings of its own. Passport keeps its strategies in a static, so that
 * the API that was there before is not to be asked with a token meanwhile, nor afterwards.
 */
async function beside<T>(
  api: TestApi,
  overrides: NodeJS.ProcessEnv,
  act: (client: (token?: string) => TestClient) => Promise<T>,
): Promise<T> {
  const settings = testSettings(api.database.url, overrides);
  const logger = new AppLogger(settings);
  const app: NestFastifyApplication = await createHttpApplication(
    AppModule.forRoot(settings, logger),
    settings,
    logger,
  );
  await app.listen(0, '127.0.0.1');
  const validator = new AnswerValidator(createOpenApiDocument(app));
  const url = await app.getUrl();
  try {
    return await act((token) => new TestClient(url, validator, token));
  } finally {
    await app.close();
  }
}

describe.each([
  ['EC', EC, 'ES256'],
  ['RSA', RSA, 'RS256'],
  ['Ed25519', ED, 'EdDSA'],
] as const)('with a private key of %s', (_name, { privateKey, publicKey }, algorithm) => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start({ JWT_PRIVATE_KEY: pem(privateKey) });
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  it('people sign in, and anybody can verify their tokens by the published keys', async () => {
    const { status, body, headers } = await api.client().get(JWKS);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('max-age');
    const header = decodeProtectedHeader(ada.accessToken);
    expect(header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: body.keys[0].kid });
    const { payload } = await jwtVerify(ada.accessToken, createLocalJWKSet(body), {
      issuer: PUBLIC_URL,
      audience: PUBLIC_URL,
      typ: 'at+jwt',
    });
    expect(payload.sub).toBe(ada.id);
    expect((await ada.client.get(ME)).status).toBe(200);
  });

  it('publishes the public part and nothing of the private one', async () => {
    const { body } = await api.client().get(JWKS);
    const expected = { ...(await exportJWK(publicKey)), alg: algorithm, use: 'sig', kid: expect.any(String) };
    expect(body).toEqual({ keys: [expected] });
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(body.keys[0]).not.toHaveProperty(member);
  });

  type Made = () => string | Promise<string>;

  const signed = async (
    header: Partial<JWTHeaderParameters>,
    claims: Record<string, unknown> = {},
    key = privateKey,
  ): Promise<string> => {
    const issued = decode(ada.accessToken);
    return new SignJWT({ ...issued.payload, ...claims })
      .setProtectedHeader({ ...(issued.header as unknown as JWTHeaderParameters), ...header })
      .sign(key);
  };

  const hmac = (key: string | Buffer, header: object = {}): string => {
    const issued = decode(ada.accessToken);
    const text = [{ ...issued.header, alg: 'HS256', ...header }, issued.payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };

  const unsigned = (): string => {
    const [, payload] = ada.accessToken.split('.');
    return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`;
  };

  const foreign = (): ReturnType<typeof generateKeyPairSync> => (algorithm === 'ES256' ? OTHER_EC : EC);

  const byForeign = async (header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
    signed({ alg: 'ES256', ...header }, {}, foreign().privateKey);

  it('a token made anew with the right key is taken: the forgeries below fail for their own reason', async () => {
    const token = await signed({}, { jti: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' });
    expect(token).not.toBe(ada.accessToken);
    expect((await api.client(token).get(ME)).status).toBe(200);
  });

  const forgeries: [string, Made][] = [
    ['alg none', unsigned],
    ['HS256 by the public key in PEM', () => hmac(publicKey.export({ type: 'spki', format: 'pem' }).toString())],
    ['HS256 by the public key in DER', () => hmac(publicKey.export({ type: 'spki', format: 'der' }))],
    ['HS256 by the public key as JWK', async () => hmac(JSON.stringify(await exportJWK(publicKey)))],
    ['HS256 by SECRET_KEY', () => hmac('test-key-that-is-long-enough-0123456789')],
    ['HS256 by the key that is made of SECRET_KEY', () => forge(api, ada, { header: { alg: 'HS256' } })],
    ['HS256 by an empty key that a kid points to', () => hmac('', { kid: '/dev/null' })],
    ['the key of somebody else', () => byForeign()],
    ['the key of somebody else in jwk', async () => byForeign({ jwk: await exportJWK(foreign().publicKey) })],
    ['the key of somebody else at jku', () => byForeign({ jku: 'http://evil.example/jwks.json' })],
    ['the key of somebody else at x5u', () => byForeign({ x5u: 'http://evil.example/cert.pem' })],
    ['the key of somebody else under an unknown kid', () => byForeign({ kid: 'unknown' })],
    ['a path for a kid', () => byForeign({ kid: '../../../../dev/null' })],
    ['SQL for a kid', () => byForeign({ kid: "x' UNION SELECT 'key" })],
    ['another issuer', () => signed({}, { iss: 'http://evil.example' })],
    ['no issuer', () => signed({}, { iss: undefined })],
    ['another audience', () => signed({}, { aud: 'http://evil.example' })],
    ['no audience', () => signed({}, { aud: undefined })],
    ['another type', () => signed({ typ: 'JWT' })],
    ['no type', () => signed({ typ: undefined })],
    ['no expiry', () => signed({}, { exp: undefined })],
    ['an expiry in the past', () => signed({}, { exp: 1 })],
    ['a beginning in the future', () => signed({}, { nbf: 4_000_000_000 })],
  ];

  it.each(forgeries)('refuses a token with %s', async (_what, made) => {
    expectProblem(await api.client(await made()).get(ME), 401, 'INVALID_TOKEN');
  });
});

const expectGoesOn = async (client: (token?: string) => TestClient, ada: Person): Promise<void> => {
  expect((await client(ada.accessToken).get(ME)).status).toBe(200);
  const { status, body } = await client().post(REFRESH, { refresh_token: ada.refreshToken });
  expect(status).toBe(200);
  expect((await client(body.access_token).get(ME)).status).toBe(200);
};

describe('keys that are rotated', () => {
  let api: TestApi;

  afterEach(() => api.stop());

  it('log nobody out while the old one of JWT_PRIVATE_KEY stays in the list, and the new one signs', async () => {
    api = await TestApi.start({ JWT_PRIVATE_KEY: pem(EC.privateKey) });
    const ada = await createPerson(api, 'ada');
    const before = (await api.client().get(JWKS)).body.keys;
    const rotated = { JWT_PRIVATE_KEY: `${pem(ED.privateKey)}\n${pem(EC.privateKey)}` };
    await beside(api, rotated, async (client) => {
      const { keys } = (await client().get(JWKS)).body;
      expect(keys).toHaveLength(2);
      expect(keys[1]).toEqual(before[0]);
      await expectGoesOn(client, ada);
      const login = await client().post('/api/v1/auth/login', { username: 'ada', password: 'correct horse battery' });
      expect(decodeProtectedHeader(login.body.access_token)).toMatchObject({ alg: 'EdDSA', kid: keys[0].kid });
      const verified = await jwtVerify(login.body.access_token, createLocalJWKSet({ keys }));
      expect(verified.payload.sub).toBe(ada.id);
    });
    await beside(api, { JWT_PRIVATE_KEY: pem(ED.privateKey) }, async (client) => {
      expectProblem(await client(ada.accessToken).get(ME), 401, 'INVALID_TOKEN');
    });
  });

  it('log nobody out while the old SECRET_KEY stays in the list, and do where it does not', async () => {
    api = await TestApi.start({ SECRET_KEY: OLD_SECRET });
    await createPerson(api, 'ada');
    const [ada, other] = [await signIn(api, 'ada'), await signIn(api, 'ada')];
    const token = await beside(api, { SECRET_KEY: `${NEW_SECRET},${OLD_SECRET}` }, async (client) => {
      await expectGoesOn(client, ada);
      const login = await client().post('/api/v1/auth/login', { username: 'ada', password: 'correct horse battery' });
      return String(login.body.access_token);
    });
    // The new one signs: who has the old one alone does not accept it.
    await beside(api, { SECRET_KEY: OLD_SECRET }, async (client) => {
      expectProblem(await client(token).get(ME), 401, 'INVALID_TOKEN');
    });
    await beside(api, { SECRET_KEY: NEW_SECRET }, async (client) => {
      expect((await client(token).get(ME)).status).toBe(200);
      expectProblem(await client(other.accessToken).get(ME), 401, 'INVALID_TOKEN');
      expectProblem(await client().post(REFRESH, { refresh_token: other.refreshToken }), 401, 'INVALID_REFRESH_TOKEN');
    });
  });

  it('replay a request that was made under the old SECRET_KEY', async () => {
    api = await TestApi.start({ SECRET_KEY: OLD_SECRET });
    const body = { email: 'grace@example.com', password: 'correct horse battery' };
    const headers = { 'idempotency-key': 'over-the-change' };
    const first = await api.client().post('/api/v1/users', body, { headers });
    await beside(api, { SECRET_KEY: `${NEW_SECRET},${OLD_SECRET}` }, async (client) => {
      const second = await client().post('/api/v1/users', body, { headers });
      expect([second.status, second.text]).toEqual([201, first.text]);
      const other = await client().post('/api/v1/users', { ...body, username: 'grace' }, { headers });
      expectProblem(other, 422, 'IDEMPOTENCY_KEY_REUSED');
    });
  });

  it('publish nothing of SECRET_KEY', async () => {
    api = await TestApi.start();
    expect((await api.client().get(JWKS)).body).toEqual({ keys: [] });
  });

  it('take tokens of the other kind for none, after a change to JWT_PRIVATE_KEY, while sessions go on', async () => {
    api = await TestApi.start();
    const ada = await createPerson(api, 'ada');
    const token = await beside(api, { JWT_PRIVATE_KEY: pem(EC.privateKey) }, async (client) => {
      expectProblem(await client(ada.accessToken).get(ME), 401, 'INVALID_TOKEN');
      const { status, body } = await client().post(REFRESH, { refresh_token: ada.refreshToken });
      expect(status).toBe(200);
      expect((await client(body.access_token).get(ME)).status).toBe(200);
      return String(body.access_token);
    });
    await beside(api, {}, async (client) => {
      expectProblem(await client(token).get(ME), 401, 'INVALID_TOKEN');
    });
  });
});
