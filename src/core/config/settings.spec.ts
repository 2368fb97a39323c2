import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHardened, loadSettings, SettingsError } from './settings.js';

const SECRET = 'kZ8vQ1mW4xT7yR2nB5cF9hJ3dL6gP0sA';
const DEVELOPMENT = {
  NODE_ENV: 'development',
  DATABASE_URL: 'postgres://ada:pw@localhost:5432/broadsheet',
  SECRET_KEY: SECRET,
};
const PRODUCTION = {
  ...DEVELOPMENT,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://example.com',
  SMTP_URL: 'smtp://localhost:587',
};

function problemsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    loadSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('fills in the defaults that the contract names', () => {
    expect(loadSettings(DEVELOPMENT)).toMatchObject({
      PORT: 3000,
      WORKER_PORT: 3001,
      PUBLIC_URL: 'http://localhost:3000',
      ACCESS_TOKEN_TTL: 900,
      REFRESH_TOKEN_TTL: 2_592_000,
      SESSION_MAX_AGE: 7_776_000,
      REFRESH_GRACE: 10,
      PASSWORD_POLICY: 'default',
      PASSWORD_GRANT: true,
      BCRYPT_COST: 12,
      REGISTRATION: 'open',
      CORS_ORIGINS: [],
      TRUSTED_PROXIES: [],
      ALLOWED_HOSTS: [],
      RATE_LIMIT: 600,
      LOGIN_RATE_LIMIT: 5,
      WORKER_CONCURRENCY: 20,
      SHUTDOWN_TIMEOUT: 30,
      DOCS: true,
      DEMO_LOGINS: false,
      DASHBOARD: true,
      DATA_DIR: '.data',
    });
  });

  it('is in production unless NODE_ENV says otherwise', () => {
    const { NODE_ENV: _left, ...environment } = PRODUCTION;
    expect(loadSettings(environment).NODE_ENV).toBe('production');
  });

  it.each([
    { NODE_ENV: 'development', FORCE_HTTPS: false, LOG_FORMAT: 'pretty' },
    { NODE_ENV: 'test', FORCE_HTTPS: false, LOG_FORMAT: 'json' },
    { NODE_ENV: 'staging', FORCE_HTTPS: true, LOG_FORMAT: 'json' },
    { NODE_ENV: 'production', FORCE_HTTPS: true, LOG_FORMAT: 'json' },
  ])('chooses https and the log format after $NODE_ENV', ({ NODE_ENV, ...expected }) => {
    expect(loadSettings({ ...PRODUCTION, NODE_ENV })).toMatchObject(expected);
  });

  it('lets FORCE_HTTPS and LOG_FORMAT be set against the mode', () => {
    expect(loadSettings({ ...PRODUCTION, FORCE_HTTPS: 'off', LOG_FORMAT: 'pretty' })).toMatchObject({
      FORCE_HTTPS: false,
      LOG_FORMAT: 'pretty',
    });
  });

  it('makes the public address from the port where it is left out', () => {
    expect(loadSettings({ ...DEVELOPMENT, PORT: '8080' }).PUBLIC_URL).toBe('http://localhost:8080');
  });

  it('takes an empty value as left out', () => {
    const settings = loadSettings({ ...DEVELOPMENT, PORT: '', REDIS_URL: '', RATE_LIMIT: '' });
    expect(settings).toMatchObject({ PORT: 3000, RATE_LIMIT: 600 });
    expect(settings.REDIS_URL).toBeUndefined();
  });

  it('ignores what it does not know', () => {
    expect(loadSettings({ ...DEVELOPMENT, PATH: '/usr/bin' })).not.toHaveProperty('PATH');
  });

  it('splits lists at commas, without blanks and empty entries', () => {
    expect(
      loadSettings({
        ...DEVELOPMENT,
        SECRET_KEY: `${SECRET}, other-${SECRET},`,
        CORS_ORIGINS: 'https://one.example , https://two.example',
        TRUSTED_PROXIES: '10.0.0.0/8,::1',
        ALLOWED_HOSTS: ' , ',
      }),
    ).toMatchObject({
      SECRET_KEY: [SECRET, `other-${SECRET}`],
      CORS_ORIGINS: ['https://one.example', 'https://two.example'],
      TRUSTED_PROXIES: ['10.0.0.0/8', '::1'],
      ALLOWED_HOSTS: [],
    });
  });

  it('cuts the slashes off the end of addresses that paths are put to', () => {
    expect(loadSettings({ ...DEVELOPMENT, PUBLIC_URL: 'https://example.com//' }).PUBLIC_URL).toBe(
      'https://example.com',
    );
  });

  describe('refuses a wrong value of', () => {
    it.each([
      ['PORT', 'abc', /must be a whole number/],
      ['PORT', '1e3', /must be a whole number/],
      ['PORT', '0x10', /must be a whole number/],
      ['PORT', '-1', /must be a whole number/],
      ['PORT', '3000.5', /must be a whole number/],
      ['PORT', '65536', /must be between 0 and 65535/],
      ['WORKER_PORT', '70000', /must be between/],
      ['PUBLIC_URL', 'example.com', /must be a URL/],
      ['PUBLIC_URL', 'ftp://example.com', /must be a URL/],
      ['DATABASE_URL', 'mysql://localhost/x', /must be a URL such as postgres:/],
      ['DATABASE_URL', 'postgres://localhost/x?sslmode=required', /has an sslmode that is none of disable, prefer/],
      ['DATABASE_DIRECT_URL', 'postgres://localhost/x?sslrootcert=/nowhere.pem', /names a certificate or a key/],
      ['DATABASE_DIRECT_URL', 'localhost', /must be a URL such as postgres:/],
      ['DATABASE_POOL_MAX', '1', /must be between 2 and 500/],
      ['REDIS_URL', 'http://localhost:6379', /must be a URL such as redis:/],
      ['REDIS_URL', 'redis+sentinel://localhost:26379', /must be a URL such as redis:.* redis\+sentinel:/],
      ['REDIS_URL', 'redis+cluster://localhost:7000/3', /must be a URL such as redis:.* redis\+cluster:/],
      ['SMTP_URL', 'localhost:25', /must be a URL such as smtp:/],
      ['VERIFY_URL', 'javascript:alert(1)', /must be a URL/],
      ['ACCESS_TOKEN_TTL', '9', /must be between 10/],
      ['REFRESH_TOKEN_TTL', '59', /must be between 60/],
      ['SESSION_MAX_AGE', '59', /must be between 60/],
      ['REFRESH_GRACE', '301', /must be between 0 and 300/],
      ['PASSWORD_GRANT', 'true', /expected one of "on"\|"off"/],
      ['PASSWORD_POLICY', 'strict', /expected one of "default"\|"composition"/],
      ['BCRYPT_COST', '3', /must be between 4 and 16/],
      ['BCRYPT_COST', '17', /must be between 4 and 16/],
      ['REGISTRATION', 'on', /expected one of "open"\|"closed"/],
      ['TRUSTED_PROXIES', '10.0.0.0/8,proxy.local', /must be addresses or CIDRs/],
      ['FORCE_HTTPS', 'yes', /expected one of "on"\|"off"/],
      ['RATE_LIMIT', 'none', /must be a whole number/],
      ['LOGIN_RATE_LIMIT', '-5', /must be a whole number/],
      ['WORKER_CONCURRENCY', '0', /must be between 1/],
      ['SHUTDOWN_TIMEOUT', '0', /must be between 1/],
      ['LOG_LEVEL', 'verbose', /expected one of "fatal"/],
      ['LOG_FORMAT', 'text', /expected one of "json"\|"pretty"/],
      ['METRICS_TOKEN', 'short', /must have at least 16 characters/],
      ['DOCS', '1', /expected one of "on"\|"off"/],
      ['DASHBOARD', 'yes', /expected one of "on"\|"off"/],
    ])('%s: %s', (name, value, reason) => {
      expect(problemsOf({ ...DEVELOPMENT, [name]: value })).toEqual([
        expect.stringMatching(new RegExp(`^${name}: .*${reason.source}`)),
      ]);
    });

    it('NODE_ENV: prod, which counts as production for everything else', () => {
      expect(problemsOf({ ...DEVELOPMENT, NODE_ENV: 'prod' })).toEqual([
        expect.stringMatching(/^NODE_ENV: .*expected one of "development"\|"test"\|"staging"\|"production"/),
        'PUBLIC_URL: is missing',
        'SMTP_URL: is missing',
      ]);
    });
  });

  it('names every wrong value at once, one line each', () => {
    expect(() => loadSettings({ ...DEVELOPMENT, PORT: 'abc', DOCS: 'maybe', REDIS_URL: 'x' })).toThrow(
      /^The settings are not valid:\n {2}PORT: .+\n {2}REDIS_URL: .+\n {2}DOCS: .+$/,
    );
  });

  it('needs a secret and a database in every mode', () => {
    expect(problemsOf({ NODE_ENV: 'development' })).toEqual([
      expect.stringMatching(/^SECRET_KEY: is missing/),
      'DATABASE_URL: is missing',
    ]);
  });

  it('takes a list without an entry for a missing secret', () => {
    expect(problemsOf({ ...DEVELOPMENT, SECRET_KEY: ' , ' })).toEqual([
      expect.stringMatching(/^SECRET_KEY: is missing/),
    ]);
  });

  it.each([
    { key: 'x'.repeat(15) + 'kZ8vQ1mW4xT7yR2n', fits: false, why: '31 bytes' },
    { key: SECRET, fits: true, why: '32 bytes' },
    { key: 'ä1ö2ü3ß4'.repeat(3), fits: true, why: '24 characters of 36 bytes' },
  ])('judges the length of a secret in bytes: $why', ({ key, fits }) => {
    expect(problemsOf({ ...DEVELOPMENT, SECRET_KEY: key })).toEqual(
      fits ? [] : ['SECRET_KEY: each key must have at least 32 bytes'],
    );
  });

  it('judges each of several secrets', () => {
    expect(problemsOf({ ...DEVELOPMENT, SECRET_KEY: `${SECRET},short` })).toEqual([
      'SECRET_KEY: each key must have at least 32 bytes',
    ]);
  });

  describe.each(['production', 'staging'])('in %s', (NODE_ENV) => {
    const hardened = { ...PRODUCTION, NODE_ENV };

    it('starts with everything that it needs', () => {
      expect(problemsOf(hardened)).toEqual([]);
    });

    it.each([
      ['SECRET_KEY', undefined, /^SECRET_KEY: is missing/],
      ['SECRET_KEY', 'short', /at least 32 bytes/],
      ['SECRET_KEY', 'replace-me-with-the-output-of-openssl-rand', /placeholder/],
      ['SECRET_KEY', 'change_this_change_it_changeme_please_now', /placeholder/],
      ['SECRET_KEY', 'secret-of-broadsheet-kZ8vQ1mW4xT7yR2n', /placeholder/],
      ['SECRET_KEY', 'my-super-strong-password-for-broadsheet', /placeholder/],
      ['SECRET_KEY', 'a'.repeat(40), /placeholder/],
      ['SECRET_KEY', `${SECRET},${'0'.repeat(32)}`, /placeholder/],
      ['DATABASE_URL', undefined, /^DATABASE_URL: is missing$/],
      ['PUBLIC_URL', undefined, /^PUBLIC_URL: is missing$/],
      ['SMTP_URL', undefined, /^SMTP_URL: is missing$/],
      ['BCRYPT_COST', '9', /^BCRYPT_COST: must be at least 10/],
      ['CORS_ORIGINS', '*', /^CORS_ORIGINS: must not be \*/],
      ['CORS_ORIGINS', 'https://one.example,*', /^CORS_ORIGINS: must not be \*/],
      ['DEMO_LOGINS', 'on', /^DEMO_LOGINS: must be off/],
    ])('refuses %s=%s', (name, value, problem) => {
      expect(problemsOf({ ...hardened, [name]: value })).toEqual([expect.stringMatching(problem)]);
    });

    it('names all that is missing and weak at once', () => {
      expect(problemsOf({ NODE_ENV, BCRYPT_COST: '4', CORS_ORIGINS: '*' }).map((line) => line.split(':')[0])).toEqual([
        'SECRET_KEY',
        'DATABASE_URL',
        'PUBLIC_URL',
        'SMTP_URL',
        'BCRYPT_COST',
        'CORS_ORIGINS',
      ]);
    });

    it('is hardened', () => {
      expect(isHardened(loadSettings(hardened))).toBe(true);
    });
  });

  it.each(['development', 'test'])('is lenient in %s', (NODE_ENV) => {
    const settings = loadSettings({
      NODE_ENV,
      DATABASE_URL: DEVELOPMENT.DATABASE_URL,
      SECRET_KEY: 'replace-me-with-the-output-of-openssl-rand',
      BCRYPT_COST: '4',
      CORS_ORIGINS: '*',
    });
    expect(isHardened(settings)).toBe(false);
  });

  describe('a value from a file', () => {
    let directory: string;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'settings-'));
    });

    afterAll(() => rmSync(directory, { recursive: true }));

    const fileWith = (content: string): string => {
      const file = join(directory, 'value');
      writeFileSync(file, content);
      return file;
    };

    it('is read without the line break at its end', () => {
      const { SECRET_KEY: _left, ...environment } = DEVELOPMENT;
      expect(loadSettings({ ...environment, SECRET_KEY_FILE: fileWith(`${SECRET}\n`) }).SECRET_KEY).toEqual([SECRET]);
    });

    it('is judged like any other', () => {
      expect(problemsOf({ ...DEVELOPMENT, PORT_FILE: fileWith('abc') })).toEqual(['PORT: must be a whole number']);
    });

    it('is refused beside the value itself', () => {
      expect(problemsOf({ ...DEVELOPMENT, SECRET_KEY_FILE: fileWith(SECRET) })).toContain(
        'SECRET_KEY: set it or SECRET_KEY_FILE, not both',
      );
    });

    it('is refused where there is no such file', () => {
      const file = join(directory, 'nowhere');
      expect(problemsOf({ ...DEVELOPMENT, SMTP_URL_FILE: file })).toEqual([
        `SMTP_URL_FILE: the file ${file} cannot be read`,
      ]);
    });
  });
});
