import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { OperatorError } from '../explain-verb.js';
import { readEnvironment } from '../../../core/config/settings.js';

/** PostgreSQL's own programs, as they are found on the PATH. */
export type PostgresProgram = 'pg_dump' | 'pg_restore' | 'psql';

/** Of what a program complains about, the end is kept, in characters. */
const COMPLAINT = 2_000;

/** What libpq calls the parameters of a URL: https://www.postgresql.org/docs/current/libpq-envars.html */
const PARAMETERS: Record<string, string> = {
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
  host: 'PGHOST',
  channel_binding: 'PGCHANNELBINDING',
};

/** Modes that ask for TLS, which node-postgres takes to mean that the certificate is verified, with its name. */
const VERIFIED = new Set(['prefer', 'require', 'verify-ca', 'verify-full']);
/** The authorities of the system: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLROOTCERT */
const SYSTEM = 'system';
/** The first major version of libpq that knows them. */
const KNOWS_SYSTEM = 16;

/** The address for PostgreSQL's programs, in the environment: what is on a command line everybody can see. */
export function connectionEnvironment(databaseUrl: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname, searchParams } = new URL(databaseUrl);
  const given = Object.entries(PARAMETERS).flatMap(([parameter, variable]) => {
    const value = searchParams.get(parameter);
    return value === null ? [] : [[variable, value] as const];
  });
  const all = {
    PGHOST: hostname.replace(/^\[(.*)\]$/, '$1'),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    ...tlsOf(searchParams),
    ...Object.fromEntries(given),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function tlsOf(parameters: URLSearchParams): Record<string, string> {
  const mode = parameters.get('sslmode');
  if (mode === null) return {};
  // A word of node-postgres alone, for TLS without a check of the certificate, which is what libpq calls require.
  if (mode === 'no-verify') return { PGSSLMODE: 'require' };
  if (!VERIFIED.has(mode) || parameters.get('uselibpqcompat') === 'true') return { PGSSLMODE: mode };
  return { PGSSLMODE: 'verify-full', PGSSLROOTCERT: SYSTEM };
}

/** Whether a program of this major version can verify the server as node-postgres does. */
export const canVerify = (databaseUrl: string, major: number): boolean =>
  major >= KNOWS_SYSTEM || connectionEnvironment(databaseUrl)['PGSSLROOTCERT'] !== SYSTEM;

/** @returns its major version; undefined where there is none, or it does not run */
export async function majorVersionOf(program: PostgresProgram): Promise<number | undefined> {
  try {
    const output = await textOf(new RunningProgram(program, ['--version']).output());
    return Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1] ?? Number.NaN) || undefined;
  } catch {
    return undefined;
  }
}

interface RunOptions {
  databaseUrl?: string;
  signal?: AbortSignal;
}

/** One that has been started. */
export class RunningProgram {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly closed: Promise<unknown[]>;
  private complaint = '';

  constructor(
    private readonly program: PostgresProgram,
    args: string[],
    { databaseUrl, signal }: RunOptions = {},
  ) {
    const env = { ...readEnvironment(), ...(databaseUrl !== undefined && connectionEnvironment(databaseUrl)) };
    this.child = spawn(program, args, { env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
    this.closed = once(this.child, 'close');
    // Told by `end`; a program that is not there fails before anybody waits for it.
    this.closed.catch(() => undefined);
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-COMPLAINT);
    });
  }

  /** What it reads. Whether it could is told by `end`. */
  get input(): Writable {
    return this.child.stdin;
  }

  /** What it prints, to its end. @throws as `end` does */
  async *output(): AsyncGenerator<Buffer> {
    try {
      this.child.stdin.end();
      for await (const chunk of this.child.stdout) yield chunk as Buffer;
      await this.end();
    } finally {
      this.child.kill();
    }
  }

  /** @throws OperatorError with what it complained about, where it failed */
  async end(): Promise<void> {
    // Unread, what it prints would hold it up.
    this.child.stdout.resume();
    const [code] = await this.closed;
    if (code === 0) return;
    const lines = this.complaint.trim().split('\n');
    // What follows it are details and consequences.
    const reason = lines.find((line) => /\b(error|fatal)\b/i.test(line)) ?? lines.at(-1) ?? '';
    throw new OperatorError(reason.startsWith(this.program) ? reason : `${this.program} failed: ${reason}`);
  }

  kill(): void {
    this.child.kill();
  }
}

export async function textOf(output: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
