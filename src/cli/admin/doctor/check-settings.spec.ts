import { checkSettings } from './check-settings.js';
import type { Finding } from './finding.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://news.example.org',
  DATABASE_URL: 'postgres://localhost/broadsheet',
  SECRET_KEY: 'fGk2m4Jx0q7Zr9Tt1Wv3Yb5Nc8Pe6Ls0Hd2',
  SMTP_URL: 'smtps://mail.example.org',
  MAIL_FROM: 'News <news@example.org>',
  TRUSTED_PROXIES: '10.0.0.0/8',
  METRICS_TOKEN: 'a-token-of-some-length',
};

const named = (findings: Finding[], level: Finding['level']): string[] =>
  findings.filter((finding) => finding.level === level).map(({ name }) => name);

describe('checkSettings', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(checkSettings(PRODUCTION)).toEqual([
      { name: 'settings', level: 'ok', found: '8 are set, NODE_ENV is production' },
    ]);
  });

  it('tells all problems of the start at once, each by its setting, and nothing else of it', () => {
    const findings = checkSettings({
      ...PRODUCTION,
      PORT: 'http',
      PUBLIC_URL: '',
      SMTP_URL_FILE: '/x',
      BCRYPT_COST: '4',
    });
    expect(named(findings, 'problem')).toEqual(['SMTP_URL', 'PORT', 'PUBLIC_URL', 'BCRYPT_COST']);
    expect(findings.find(({ name }) => name === 'PORT')).toEqual({
      name: 'PORT',
      level: 'problem',
      found: 'must be a whole number',
      advice: 'Port of the API.',
    });
    expect(named(findings, 'warning')).toEqual([]);
    expect(named(findings, 'ok')).toEqual([]);
  });

  it('goes on where the mode itself is wrong', () => {
    expect(named(checkSettings({ ...PRODUCTION, NODE_ENV: 'prod' }), 'problem')).toEqual(['NODE_ENV']);
  });

  it.each([
    { environment: { TRUSTED_PROXIES: '' }, name: 'TRUSTED_PROXIES' },
    { environment: { FORCE_HTTPS: 'off' }, name: 'FORCE_HTTPS' },
    { environment: { PUBLIC_URL: 'http://news.example.org' }, name: 'PUBLIC_URL' },
    { environment: { METRICS_TOKEN: '' }, name: 'METRICS_TOKEN' },
    { environment: { MAIL_FROM: '' }, name: 'MAIL_FROM' },
    { environment: { ALLOWED_HOSTS: '*' }, name: 'ALLOWED_HOSTS' },
    { environment: { RATE_LIMIT: '0' }, name: 'RATE_LIMIT' },
    { environment: { LOGIN_RATE_LIMIT: '0' }, name: 'LOGIN_RATE_LIMIT' },
    { environment: { WEB_CONCURRENCY: '4' }, name: 'REDIS_URL' },
  ])('warns of $environment in production', ({ environment, name }) => {
    const findings = checkSettings({ ...PRODUCTION, ...environment });
    expect(named(findings, 'warning')).toEqual([name]);
    expect(named(findings, 'problem')).toEqual([]);
  });

  it('does not warn of what is usual in development', () => {
    const { DATABASE_URL, SECRET_KEY } = PRODUCTION;
    const findings = checkSettings({ NODE_ENV: 'development', DATABASE_URL, SECRET_KEY, FORCE_HTTPS: 'off' });
    expect(findings.map(({ level }) => level)).toEqual(['ok']);
  });

  it.each([
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['TRUSTED_PROXY', undefined],
    ['TRUSTED_PROXIE', 'TRUSTED_PROXIES'],
    ['SECRETKEY', 'SECRET_KEY'],
    ['SMTP_URL_FILES', 'SMTP_URL_FILE'],
    ['LOG_LEVELS', 'LOG_LEVEL'],
    ['DATABASE_YRL', 'DATABASE_URL'],
    ['POST', undefined],
    ['HOSTNAME', undefined],
    ['DATABASE', undefined],
  ])('knows whether %s was meant to be a setting', (name, meant) => {
    const findings = checkSettings({ ...PRODUCTION, [name]: 'x' });
    const expected = { name, level: 'warning', found: 'is no setting', advice: `did you mean ${meant}?` };
    expect(findings.filter(({ level }) => level === 'warning')).toEqual(meant === undefined ? [] : [expected]);
  });
});
