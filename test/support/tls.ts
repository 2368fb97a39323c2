import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

const isInstalled = spawnSync('openssl', ['version']).status === 0;

/** Suites that need a certificate; skipped, and said so, where there is no openssl, unless REQUIRE_OPENSSL=1. */
export const describeWithOpenSsl = isInstalled || process.env['REQUIRE_OPENSSL'] === '1' ? describe : describe.skip;

/** A certificate for `localhost`, and for no address, that vouches for itself. */
export class Certificate {
  private readonly directory = mkdtempSync(join(tmpdir(), 'broadsheet-tls-'));
  readonly file = join(this.directory, 'localhost.pem');
  readonly key = join(this.directory, 'localhost.key');

  constructor() {
    chmodSync(this.directory, 0o755);
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', this.key, '-out', this.file], { stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Lets the PostgreSQL of the tests take TLS, too; who asks for none notices nothing. */
export async function switchTlsOn(certificate: Certificate): Promise<void> {
  await onServer(async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    // It refuses a key that belongs to anybody else.
    const { uid, gid } = statSync(rows[0]?.data_directory ?? '');
    chownSync(certificate.key, uid, gid);
    await client.query(`ALTER SYSTEM SET ssl_cert_file = '${certificate.file}'`);
    await client.query(`ALTER SYSTEM SET ssl_key_file = '${certificate.key}'`);
    await client.query('ALTER SYSTEM SET ssl = on');
  });
}

export const switchTlsOff = async (): Promise<void> =>
  onServer(async (client) => {
    for (const name of ['ssl', 'ssl_cert_file', 'ssl_key_file']) await client.query(`ALTER SYSTEM RESET ${name}`);
  });

async function onServer(change: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: process.env['TEST_SERVER_URL'] });
  await client.connect();
  try {
    await change(client);
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
}
