import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { SMTPServer } from 'smtp-server';
import { freePort } from '../../../../test/support/program.js';
import { describeWithRedis, TestRedis } from '../../../../test/support/redis.js';
import { TestDatabase } from '../../../../test/support/test-database.js';
import { checkDatabase } from './check-database.js';
import { checkIssuers } from './check-issuers.js';
import { checkDkim, checkMailServer } from './check-mail.js';
import { checkDataDirectory, checkNode } from './check-machine.js';
import { checkRedis } from './check-redis.js';
import { placeOf } from './explain-connection.js';
import type { Finding } from './finding.js';

const bad = (findings: Finding[]): Finding[] => findings.filter(({ level }) => level !== 'ok');

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port;

describe('doctor, of PostgreSQL', () => {
  let database: TestDatabase;

  beforeEach(async () => (database = await TestDatabase.create()));
  afterEach(() => database.drop());

  const look = (url = database.url, more: { DATABASE_DIRECT_URL?: string; DATABASE_POOL_MAX?: number } = {}) =>
    checkDatabase({ DATABASE_URL: url, ...more });

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.toString();
  };

  it('finds all well, but for the worker that is not there', async () => {
    const findings = await look();
    expect(bad(findings)).toEqual([
      { name: 'workers', level: 'warning', found: expect.any(String), advice: 'npm run start:worker' },
    ]);
    expect(findings.map(({ name }) => name)).toEqual([
      'PostgreSQL',
      'privileges',
      'connections',
      'clock',
      'schema',
      'workers',
      'mails',
      'events',
    ]);
    const worker = new Client({ connectionString: database.url, application_name: 'broadsheet-outbox' });
    await worker.connect();
    expect(bad(await look())).toEqual([]);
    await worker.end();
  });

  it.each([
    { name: 'a wrong password', change: (url: URL) => (url.password = 'hunter2'), says: /the password is wrong/ },
    { name: 'no such database', change: (url: URL) => (url.pathname = '/nowhere'), says: /no such database/ },
    { name: 'no such server', change: (url: URL) => (url.port = '1'), says: /nobody listens at .*:1\/test_/ },
    { name: 'no such host', change: (url: URL) => (url.hostname = 'nowhere.invalid'), says: /DNS/ },
    { name: 'no TLS', change: (url: URL) => url.searchParams.set('sslmode', 'verify-full'), says: /has no TLS/ },
  ])('says that there is $name, and no secret', async ({ change, says }) => {
    const findings = await look(changed(change));
    expect(findings).toEqual([
      { name: 'DATABASE_URL', level: 'problem', found: expect.stringMatching(says), advice: expect.any(String) },
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2/);
    expect(JSON.stringify(findings)).not.toContain(new URL(database.url).password);
  });

  it.each([
    { schema: 'no', change: 'DROP TABLE migrations', says: /^is not there yet$/ },
    { schema: 'an older', change: 'DELETE FROM migrations WHERE id > 1', says: /^lacks Accounts/ },
    {
      schema: 'a newer',
      change: `INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1')`,
      says: /newer.*Later1/,
    },
  ])('tells $schema schema', async ({ change, says }) => {
    await database.rows(change);
    const found: unknown = expect.stringMatching(says);
    expect(bad(await look())).toEqual([{ name: 'schema', level: 'problem', found, advice: expect.any(String) }]);
  });

  it('tells what waits, what failed, and what was set aside', async () => {
    await database.rows(`
      INSERT INTO users (id, email, email_key, username, username_key) VALUES (gen_random_uuid(), 'a@b.c', 'a@b.c', 'a', 'a');
      INSERT INTO emails (id, kind, user_id, to_address, to_key, state, next_try_at)
        SELECT gen_random_uuid(), 'welcome', id, 'a@b.c', 'a@b.c', state, now() - interval '3 hours'
        FROM users, unnest(ARRAY['pending', 'failed', 'failed', 'sent']) AS state;
      INSERT INTO outbox_events (id, type, payload, state, next_try_at)
        SELECT gen_random_uuid(), 'X', '{}', state, now() - interval '5 minutes' FROM unnest(ARRAY['pending', 'parked']) AS state`);
    expect(bad(await look()).map(({ name, found }) => `${name}: ${found}`)).toEqual([
      'workers: none is connected, so that no mail is sent',
      'mails: the oldest has been due for 3 h',
      'mails: 2 failed for good',
      'events: the oldest has waited for 5 min',
      'events: 1 set aside, as nothing could handle them',
    ]);
  });

  it('tells a user who may not migrate, and a database that can only be read', async () => {
    const role = `reader_${process.pid}`;
    await database.rows(
      `CREATE ROLE ${role} LOGIN PASSWORD 'p'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const asReader = changed((url) => Object.assign(url, { username: role, password: 'p' }));
    expect(bad(await look(asReader))[0]).toMatchObject({ name: 'privileges', level: 'warning' });
    await database.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);

    await database.rows(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
    );
    expect(bad(await look())[0]).toMatchObject({ name: 'privileges', level: 'problem' });
  });

  it('counts connections, and holds the direct address against the other', async () => {
    const large = await look(database.url, { DATABASE_POOL_MAX: 500 });
    expect(bad(large)[0]).toMatchObject({ name: 'connections', found: expect.stringContaining('may take 1015 of') });

    const same = await look(database.url, { DATABASE_DIRECT_URL: database.url });
    expect(same[0]).toMatchObject({ name: 'DATABASE_URL', level: 'ok' });
    const other = await TestDatabase.create();
    const [elsewhere] = await look(database.url, { DATABASE_DIRECT_URL: other.url });
    await other.drop();
    expect(elsewhere).toMatchObject({ name: 'DATABASE_DIRECT_URL', level: 'problem' });
    const [away, ...rest] = await look(
      changed((url) => (url.port = '1')),
      { DATABASE_DIRECT_URL: database.url },
    );
    expect(away).toMatchObject({ name: 'DATABASE_URL', level: 'problem' });
    expect(rest[0]).toMatchObject({ name: 'PostgreSQL', level: 'ok' });
  });
});

describeWithRedis('doctor, of Redis', () => {
  it('tells what it must not forget, who is not let in, and where there is none', async () => {
    const server = await TestRedis.start();
    const asked = new Redis(server.url);
    const [version, ...rest] = await checkRedis(server.url);
    expect(version).toMatchObject({ name: 'REDIS_URL', level: 'ok', found: expect.stringMatching(/^Redis \d/) });
    expect(rest).toEqual([
      { name: 'maxmemory-policy', level: 'ok', found: 'noeviction' },
      expect.objectContaining({ name: 'appendonly', level: 'warning' }),
    ]);
    await asked.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect((await checkRedis(server.url))[1]).toMatchObject({ level: 'warning', found: 'allkeys-lru' });

    await asked.config('SET', 'requirepass', 'right');
    const wrong = server.url.replace('//', '//:hunter2@');
    for (const url of [server.url, wrong]) {
      const refused = await checkRedis(url);
      expect(refused).toMatchObject([
        { name: 'REDIS_URL', level: 'problem', found: expect.stringContaining('password') },
      ]);
      expect(JSON.stringify(refused)).not.toContain('hunter2');
    }
    asked.disconnect();
    await server.stop();
    expect(await checkRedis(server.url)).toMatchObject([
      { level: 'problem', found: expect.stringContaining('nobody') },
    ]);
  });
});

describe('doctor, of mail', () => {
  const servers: SMTPServer[] = [];
  // The server says that its certificate is one that everybody has.
  beforeEach(() => void jest.spyOn(console, 'error').mockReturnValue(undefined));
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(resolve));
  });

  async function mailServer(options: ConstructorParameters<typeof SMTPServer>[0]): Promise<string> {
    const server = new SMTPServer({
      onAuth: ({ password }, _session, done) =>
        password === 'right' ? done(null, { user: 'ada' }) : done(new Error('not you')),
      onData: () => {
        throw new Error('A mail was sent');
      },
      ...options,
    });
    server.on('error', () => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${portOf(server.server)}`;
  }

  it('signs in, and says whether anybody could listen', async () => {
    const place = await mailServer({ allowInsecureAuth: true, disabledCommands: ['STARTTLS'] });
    expect(await checkMailServer(`smtp://ada:right@${place}`)).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('without TLS, signed in'),
    });
    const refused = await checkMailServer(`smtp://ada:hunter2@${place}`);
    expect(refused).toMatchObject({ level: 'problem', found: expect.stringContaining('user and password') });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
  });

  it('takes TLS where it is offered, and trusts no certificate that nobody vouches for', async () => {
    const place = await mailServer({ authOptional: true });
    expect(await checkMailServer(`smtp://${place}`)).toMatchObject({ name: 'SMTP_URL', level: 'problem' });
    expect(await checkMailServer(`smtp://${place}?tls.rejectUnauthorized=false`)).toEqual({
      name: 'SMTP_URL',
      level: 'ok',
      found: `${place} takes mails, over TLS`,
    });
  });

  it('tells a server that is not there, and one that turns everybody away', async () => {
    const port = await freePort();
    expect(await checkMailServer(`smtp://127.0.0.1:${port}`)).toMatchObject({
      level: 'problem',
      found: `nobody listens at 127.0.0.1:${port}`,
    });
    const place = await mailServer({ onConnect: (_session, done) => done(new Error('Your address is on a list')) });
    expect(await checkMailServer(`smtp://${place}`)).toMatchObject({
      level: 'problem',
      found: expect.stringContaining('Your address is on a list'),
    });
  });

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const dkim = {
    DKIM_DOMAIN: 'example.com',
    DKIM_SELECTOR: 'mail2026',
    DKIM_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

  it.each([
    { dns: 'the record', answer: async () => [[`v=DKIM1; k=rsa; p=${p.slice(0, 200)}`, p.slice(200)]], level: 'ok' },
    { dns: 'another key', answer: async () => [['v=DKIM1; p=AAAA']], level: 'problem' },
    {
      dns: 'nothing',
      answer: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
      level: 'problem',
    },
    {
      dns: 'no answer',
      answer: () => Promise.reject(Object.assign(new Error(), { code: 'ETIMEOUT' })),
      level: 'warning',
    },
  ])('holds the key for signatures against the DNS, which has $dns', async ({ answer, level }) => {
    const asked: string[] = [];
    const resolver = { resolveTxt: async (name: string) => (asked.push(name), answer()) };
    const findings = await checkDkim(dkim, resolver);
    expect(asked).toEqual(['mail2026._domainkey.example.com']);
    expect(findings).toMatchObject([{ level }]);
    expect(JSON.stringify(findings)).not.toContain('PRIVATE KEY-----');
    expect(findings[0]?.advice?.includes(`p=${p}`) ?? false).toBe(level === 'problem');
  });

  it('asks nobody where mails are not signed', async () => {
    expect(await checkDkim({})).toEqual([]);
  });
});

describe('doctor, of outside issuers', () => {
  it.each<{ name: string; answer: RequestListener; level: string; found: RegExp }>([
    { name: 'keys', answer: (_, to) => to.end('{"keys":[{"kty":"OKP"}]}'), level: 'ok', found: /has 1 keys/ },
    { name: 'no keys', answer: (_, to) => to.end('{"keys":[]}'), level: 'problem', found: /no set of keys/ },
    { name: 'a page', answer: (_, to) => to.end('<html>'), level: 'problem', found: /no set of keys/ },
    { name: 'an error', answer: (_, to) => to.writeHead(500).end(), level: 'problem', found: /answers 500/ },
  ])('asks for their keys, and gets $name', async ({ answer, level, found }) => {
    const server: Server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const jwksUri = `http://127.0.0.1:${portOf(server)}/jwks?key=hunter2`;
    const issuer = { issuer: 'https://id.example.com', jwksUri, audience: 'x', algorithms: ['EdDSA' as const] };
    const findings = await checkIssuers({ AUTH_ISSUERS: [issuer] });
    expect(findings).toMatchObject([{ name: 'AUTH_ISSUERS', level, found: expect.stringMatching(found) }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    server.closeAllConnections();
    server.close();
  });
});

describe('doctor', () => {
  it('gives up on whoever takes the connection and says nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const place = `127.0.0.1:${portOf(silent)}`;
    const issuer = { issuer: 'https://x.example', jwksUri: `http://${place}`, audience: 'x', algorithms: [] };
    const findings = await Promise.all([
      checkDatabase({ DATABASE_URL: `postgres://a:b@${place}/c` }),
      checkRedis(`redis://${place}`),
      checkMailServer(`smtp://${place}`),
      checkIssuers({ AUTH_ISSUERS: [issuer] }),
    ]);
    for (const finding of findings.flat())
      expect(finding).toMatchObject({ level: 'problem', found: expect.stringContaining('does not answer') });
    expect(findings.flat()).toHaveLength(4);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('shows of an address where it leads alone', () => {
    expect(placeOf('postgres://ada:p@ss@db:5432/posts?sslmode=require')).toBe('db:5432/posts');
    expect(placeOf('redis+sentinel://:secret@a:1,b:2/name')).toBe('a:1,b:2/name');
    expect(placeOf('smtp://mail.example.org/')).toBe('mail.example.org');
  });

  it('knows which Node.js will do, and where it may write', () => {
    expect(checkNode('20.19.9').level).toBe('problem');
    expect(checkNode('20.20.0').level).toBe('ok');
    expect(checkNode('101.0.0').level).toBe('ok');
    expect(checkDataDirectory('/tmp/not-there-yet/.data').level).toBe('ok');
    expect(checkDataDirectory('package.json/.data').level).toBe('problem');
  });
});
