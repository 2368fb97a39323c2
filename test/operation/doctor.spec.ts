import { admin } from '../support/admin.js';
import { MailSink } from '../support/mail-sink.js';
import { TestDatabase } from '../support/test-database.js';

const SECRETS = ['hunter2-database', 'hunter2-redis', 'hunter2-mail', 'hunter2-key', 'hunter2-metrics'];

describe('admin doctor', () => {
  it('explains everything that is wrong at once, by name, and shows no secret', async () => {
    const { code, out, err } = await admin({ url: 'postgres://a:hunter2-database@127.0.0.1:1/x' }, ['doctor'], '', {
      NODE_ENV: 'production',
      SECRET_KEY: 'hunter2-key',
      REDIS_URL: 'redis://:hunter2-redis@127.0.0.1:2',
      SMTP_URL: 'smtp://a:hunter2-mail@127.0.0.1:3',
      METRICS_TOKEN: 'hunter2-metrics',
      BCRYPT_COST: '4',
      CORS_ORIGINS: '*',
      DATABASE_ULR: 'x',
    });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const told = [...out.matchAll(/^(problem|warning) +(\w+) {2,}\S.*\n +→ /gm)].map(([, , name]) => name);
    for (const name of ['SECRET_KEY', 'PUBLIC_URL', 'BCRYPT_COST', 'CORS_ORIGINS', 'METRICS_TOKEN', 'TRUSTED_PROXIES'])
      expect(told).toContain(name);
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'DATABASE_ULR']) expect(told).toContain(name);
    expect(out).toMatch(/\n\d+ problems, \d+ warnings\.\n$/);
    for (const secret of SECRETS) expect(out).not.toContain(secret);
  });

  it('is content where all is well, in JSON too', async () => {
    const database = await TestDatabase.create();
    const sink = await MailSink.start();
    const settings = { SECRET_KEY: 'test-key-that-is-long-enough-0123456789', SMTP_URL: sink.url };
    const { code, out } = await admin(database, ['doctor', '--json'], '', settings);
    const report = JSON.parse(out) as { status: string; findings: { name: string; level: string }[] };
    // There is no worker, which is no reason to fail.
    expect({ code, status: report.status }).toEqual({ code: 0, status: 'warning' });
    expect(report.findings.filter(({ level }) => level !== 'ok').map(({ name }) => name)).toEqual(['workers']);
    expect(report.findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Node.js', 'settings', 'PostgreSQL', 'schema', 'SMTP_URL']),
    );
    expect(sink.received).toEqual([]);
    await sink.stop();
    await database.drop();
  });
});
