import { loadSettings, type Settings } from '../../src/core/config/settings.js';

/** Settings for tests: fast hashes, quiet logs, and no limits unless a test sets them. */
export const testSettings = (databaseUrl: string, overrides: NodeJS.ProcessEnv = {}): Settings =>
  loadSettings({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_MAX: '5',
    SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    BCRYPT_COST: '4',
    RATE_LIMIT: '0',
    LOGIN_RATE_LIMIT: '0',
    LOG_LEVEL: 'silent',
    ...overrides,
  });
