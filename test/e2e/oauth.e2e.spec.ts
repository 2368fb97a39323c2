import { createServer } from 'node:net';
import { OAuth2Client, OAuth2HttpError } from '@badgateway/oauth2-client';
import * as oauth from 'oauth4webapi';
import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';

const ME = '/api/v1/users/me';
const CLIENT: oauth.Client = { client_id: 'a-client' };
const INSECURE = { [oauth.allowInsecureRequests]: true };

let api: TestApi;
let ada: Person;

/** A port that is free now: the issuer of the metadata has to be where they are served. */
const freePort = async (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port')),
      );
    });
  });

const start = async (overrides: NodeJS.ProcessEnv = {}): Promise<void> => {
  const port = await freePort();
  api = await TestApi.start({ PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, ...overrides });
};

const statusOf = async (accessToken: string): Promise<number> => (await api.client(accessToken).get(ME)).status;

const discover = async (): Promise<oauth.AuthorizationServer> => {
  const issuer = new URL(api.settings.PUBLIC_URL);
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE });
  return oauth.processDiscoveryResponse(issuer, response);
};

describe('oauth4webapi', () => {
  let server: oauth.AuthorizationServer;

  beforeAll(async () => {
    await start();
    await createPerson(api, 'ada');
    server = await discover();
  });

  beforeEach(async () => {
    ada = await signIn(api, 'ada');
  });

  afterAll(() => api.stop());

  const refresh = async (token: string): Promise<oauth.TokenEndpointResponse> => {
    const response = await oauth.refreshTokenGrantRequest(server, CLIENT, oauth.None(), token, INSECURE);
    return oauth.processRefreshTokenResponse(server, CLIENT, response);
  };

  const revoke = async (token: string, hint?: string): Promise<void> => {
    const additionalParameters: Record<string, string> = hint ? { token_type_hint: hint } : {};
    const options = { ...INSECURE, additionalParameters };
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, CLIENT, oauth.None(), token, options));
  };

  it('discovers the server by its issuer alone (RFC 8414)', async () => {
    const url = api.settings.PUBLIC_URL;
    expect(server).toMatchObject({
      issuer: url,
      token_endpoint: `${url}/api/v1/auth/token`,
      revocation_endpoint: `${url}/api/v1/auth/revoke`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      grant_types_supported: ['password', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
    });
  });

  it('refuses to take the metadata for another issuer', async () => {
    const issuer = new URL(api.settings.PUBLIC_URL);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE });
    await expect(oauth.processDiscoveryResponse(new URL('http://localhost:1'), response)).rejects.toThrow(/issuer/);
  });

  it('is granted a password, by the generic request', async () => {
    const parameters = { username: 'ada', password: PASSWORD };
    const request = await oauth.genericTokenEndpointRequest(
      server,
      CLIENT,
      oauth.None(),
      'password',
      parameters,
      INSECURE,
    );
    const tokens = await oauth.processGenericTokenEndpointResponse(server, CLIENT, request);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, refresh_token: expect.any(String) });
    expect(await statusOf(tokens.access_token)).toBe(200);
  });

  it('refreshes, and is told of a refresh token that does not hold', async () => {
    const tokens = await refresh(ada.refreshToken);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect(tokens.refresh_token).not.toBe(ada.refreshToken);
    expect(await statusOf(tokens.access_token)).toBe(200);
    await expect(refresh('nonsense')).rejects.toMatchObject({
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_grant',
    });
  });

  it.each(['refresh_token', 'access_token', undefined])('revokes with the hint %s', async (hint) => {
    await revoke(hint === 'access_token' ? ada.accessToken : ada.refreshToken, hint);
    expect(await statusOf(ada.accessToken)).toBe(401);
    await expect(refresh(ada.refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('revokes what never was a token without an error', async () => {
    await expect(revoke('nonsense')).resolves.toBeUndefined();
    expect(await statusOf(ada.accessToken)).toBe(200);
  });

  it('reads the challenge of a protected resource (RFC 6750)', async () => {
    const url = new URL(api.url + ME);
    const ok = await oauth.protectedResourceRequest(ada.accessToken, 'GET', url, undefined, undefined, INSECURE);
    expect(ok.status).toBe(200);
    const refused = oauth.protectedResourceRequest('nonsense', 'GET', url, undefined, undefined, INSECURE);
    await expect(refused).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });
});

describe('@badgateway/oauth2-client', () => {
  let client: OAuth2Client;

  beforeAll(async () => {
    await start();
    await createPerson(api, 'ada');
  });

  beforeEach(() => {
    client = new OAuth2Client({ server: api.settings.PUBLIC_URL, clientId: 'a-client' });
  });

  afterAll(() => api.stop());

  it('finds the endpoints by itself, and is granted a password and a refresh token', async () => {
    const first = await client.password({ username: 'ada', password: PASSWORD });
    expect(await statusOf(first.accessToken)).toBe(200);
    expect(Math.round(((first.expiresAt ?? 0) - Date.now()) / 60_000)).toBe(15);
    const second = await client.refreshToken(first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await statusOf(second.accessToken)).toBe(200);
  });

  it('works with a client secret, in the header or in the body, which counts for nothing', async () => {
    for (const authenticationMethod of ['client_secret_basic', 'client_secret_post'] as const) {
      const other = new OAuth2Client({
        server: api.settings.PUBLIC_URL,
        tokenEndpoint: '/api/v1/auth/token',
        clientId: 'a-client',
        clientSecret: 'a secret',
        authenticationMethod,
      });
      expect(await statusOf((await other.password({ username: 'ada', password: PASSWORD })).accessToken)).toBe(200);
    }
  });

  it('is told of a wrong password and of a refresh token that does not hold', async () => {
    const refused = client.password({ username: 'ada', password: 'wrong horse battery' });
    await expect(refused).rejects.toBeInstanceOf(OAuth2HttpError);
    await expect(refused).rejects.toMatchObject({ oauth2Code: 'invalid_grant', httpCode: 400 });
    const token = { accessToken: 'x', refreshToken: 'nonsense', expiresAt: null };
    await expect(client.refreshToken(token)).rejects.toMatchObject({ oauth2Code: 'invalid_grant', httpCode: 400 });
  });

  it('revokes', async () => {
    const token = await client.password({ username: 'ada', password: PASSWORD });
    await client.revoke(token, 'refresh_token');
    expect(await statusOf(token.accessToken)).toBe(401);
  });
});

describe('with PASSWORD_GRANT=off', () => {
  beforeAll(async () => {
    await start();
    ada = await createPerson(api, 'ada');
    api.settings.PASSWORD_GRANT = false;
  });

  afterAll(() => api.stop());

  it('the metadata do not offer the grant, clients are refused it, and sessions go on', async () => {
    expect((await discover()).grant_types_supported).toEqual(['refresh_token']);
    const client = new OAuth2Client({ server: api.settings.PUBLIC_URL, clientId: 'a-client' });
    await expect(client.password({ username: 'ada', password: PASSWORD })).rejects.toMatchObject({
      oauth2Code: 'unauthorized_client',
      httpCode: 400,
    });
    const next = await client.refreshToken({
      accessToken: ada.accessToken,
      refreshToken: ada.refreshToken,
      expiresAt: null,
    });
    expect(await statusOf(next.accessToken)).toBe(200);
  });
});
