import { TestApi } from '../../support/test-api.js';

const PUBLIC_HOST = 'press.test';

/** An API as production runs it, behind a proxy on this machine; its mail server is never called. */
export const startInProduction = async (overrides: NodeJS.ProcessEnv = {}): Promise<TestApi> =>
  TestApi.start({
    NODE_ENV: 'production',
    PUBLIC_URL: `https://${PUBLIC_HOST}`,
    SMTP_URL: 'smtp://127.0.0.1:1',
    BCRYPT_COST: '10',
    TRUSTED_PROXIES: '127.0.0.1',
    ...overrides,
  });

/** What the proxy adds to a request that came to it by https. */
export const FROM_PROXY = { 'x-forwarded-host': PUBLIC_HOST, 'x-forwarded-proto': 'https' };
