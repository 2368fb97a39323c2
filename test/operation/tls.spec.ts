import { Client } from 'pg';
import { connectionTarget } from '../../src/core/database/connection-target.js';
import { PASSWORD } from '../support/people.js';
import { Program, until } from '../support/program.js';
import { TestClient } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';
import { Certificate, describeWithOpenSsl, switchTlsOff, switchTlsOn } from '../support/tls.js';
import { TwoProcesses } from '../support/two-processes.js';

const SECRET_KEY = 'test-key-that-is-long-enough-0123456789';

describeWithOpenSsl('a PostgreSQL that is reached over TLS', () => {
  let database: TestDatabase;
  let certificate: Certificate;

  beforeAll(async () => {
    certificate = new Certificate();
    database = await TestDatabase.create();
    await switchTlsOn(certificate);
    await until(async () => (await outcomeOf('localhost', 'sslmode=no-verify')) === 'TLS');
  });

  afterAll(async () => {
    await switchTlsOff();
    await database.drop();
    certificate.remove();
  });

  const url = (host: string, query: string): string => {
    const address = new URL(database.url);
    address.hostname = host;
    return `${address.toString()}?${query.replace('CERTIFICATE', encodeURIComponent(certificate.file))}`;
  };

  /** How a connection came about, or the code of what was wrong. */
  async function outcomeOf(host: string, query: string): Promise<string> {
    const client = new Client(connectionTarget(url(host, query)));
    try {
      await client.connect();
      const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      return rows[0].ssl ? 'TLS' : 'in the clear';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    } finally {
      await client.end();
    }
  }

  it.each([
    ['localhost', 'sslmode=disable', 'in the clear'],
    ['localhost', 'sslmode=no-verify', 'TLS'],
    ['localhost', 'sslmode=require', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['localhost', 'sslmode=verify-full&sslrootcert=system', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['localhost', 'sslmode=require&sslrootcert=CERTIFICATE', 'TLS'],
    ['localhost', 'sslmode=verify-full&sslrootcert=CERTIFICATE&channel_binding=require', 'TLS'],
    ['127.0.0.1', 'sslmode=verify-full&sslrootcert=CERTIFICATE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['127.0.0.1', 'sslmode=verify-ca&sslrootcert=CERTIFICATE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['127.0.0.1', 'sslmode=verify-ca&sslrootcert=CERTIFICATE&uselibpqcompat=true', 'TLS'],
    ['127.0.0.1', 'sslmode=require&uselibpqcompat=true', 'TLS'],
  ])('at %s with %s: %s', async (host, query, outcome) => {
    expect(await outcomeOf(host, query)).toBe(outcome);
  });

  it('is reached so by every process and command, without a warning', async () => {
    const query = 'sslmode=require&channel_binding=require&sslrootcert=CERTIFICATE&options=-c%20geqo%3Doff';
    const environment = { NODE_ENV: 'test', DATABASE_URL: url('localhost', query), SECRET_KEY, BCRYPT_COST: '4' };
    await noteArrivals();
    const site = await TwoProcesses.start(environment);
    const commands = await Promise.all([
      ran('dist/src/migrate.js', environment),
      ran('dist/src/cli/seed.js', environment, '--users', '2', '--posts', '2'),
      ran('dist/src/cli/admin.js', environment, 'create', '--email', 'root@example.com', '--password', PASSWORD),
      ran('dist/src/cli/admin.js', environment, 'mails', 'retry'),
    ]);
    try {
      const nobody = new TestClient(site.url, { check: () => undefined });
      expect((await nobody.post('/api/v1/users', { email: 'ada@example.com', password: PASSWORD })).status).toBe(201);
      await until(async () => (await database.rows("SELECT 1 FROM emails WHERE state = 'sent'")).length === 1);
    } finally {
      await site.kill();
    }
    for (const program of [site.api, site.worker, ...commands]) expect(program.output).not.toMatch(/warning/i);
    const arrivals = await database.rows<{ name: string }>(
      'SELECT DISTINCT name, ssl, geqo FROM arrivals ORDER BY name',
    );
    for (const arrival of arrivals) expect(arrival).toMatchObject({ ssl: true, geqo: 'off' });
    // The commands' and the migrations of the queue have no name.
    expect(arrivals.map(({ name }) => name)).toEqual([
      '',
      'broadsheet',
      'broadsheet-live',
      'broadsheet-outbox',
      'broadsheet-public_content',
      'broadsheet-queue',
    ]);
  }, 90_000);

  /** Writes down how each connection to the database comes about, however short it is. */
  async function noteArrivals(): Promise<void> {
    await database.rows(`
      CREATE TABLE arrivals (name text, ssl boolean, geqo text);
      CREATE FUNCTION note_arrival() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.arrivals SELECT current_setting('application_name'), ssl, current_setting('geqo')
        FROM pg_stat_ssl WHERE pid = pg_backend_pid();
      END $$;
      CREATE EVENT TRIGGER note_arrivals ON login EXECUTE FUNCTION note_arrival()`);
  }
});

/** @returns the program once it has ended well */
async function ran(entry: string, environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Program> {
  const program = new Program(entry, environment, { args });
  const code = await program.end();
  if (code !== 0) throw new Error(program.output);
  return program;
}
