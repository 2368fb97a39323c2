import { Client } from 'pg';
import { seedDemo } from '../cli/demo/seed-demo.js';
import { isHardened, loadSettings, SettingsError, type Settings } from '../core/config/settings.js';
import { MIGRATIONS } from '../core/database/migrations.js';
import { migrate } from '../core/database/migrator.js';
import { migrateQueue } from '../core/queue/queue-migrations.js';
import { banner } from './banner.js';
import { Child } from './child.js';
import { EmbeddedPostgresError, startEmbeddedPostgres, type EmbeddedPostgres } from './postgres/embedded-postgres.js';
import { dataDirectory, localEnvironment, localSecret } from './local-settings.js';
import { isPortFree } from './ports.js';

/** A reason not to start that the person at the keyboard can do something about; told in one line. */
class StartProblem extends Error {}

/** Starts PostgreSQL where none is given, brings the schema up to date, and runs the API and a worker beside it. */
export class Launcher {
  private database: EmbeddedPostgres | undefined;
  private children: Child[] = [];
  private stopping: Promise<void> | undefined;

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  async run(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.stop(0));
    try {
      await this.start();
    } catch (error) {
      if (this.stopping) return;
      process.stderr.write(`\n${messageOf(error)}\n\n`);
      await this.stop(1);
    }
  }

  private async start(): Promise<void> {
    const environment = localEnvironment(this.environment);
    const isEmbedded = !environment['DATABASE_URL'] && !environment['DATABASE_URL_FILE'];
    // Before anything is started or made: what is wrong with the settings, and whether the ports are free.
    const checked = loadSettings(withDefaults(environment, 'postgres://checked-later/broadsheet', '-'.repeat(32)));
    await checkPorts(checked);

    if (isEmbedded) this.database = await startEmbeddedPostgres({ directory: dataDirectory(environment) });
    const secret =
      environment['SECRET_KEY'] || environment['SECRET_KEY_FILE'] ? '' : localSecret(dataDirectory(environment));
    const complete = withDefaults(environment, this.database?.url ?? '', secret);
    const settings = loadSettings(complete);

    await migrate(settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL, MIGRATIONS, migrateQueue);
    if (isEmbedded) await seed(settings);
    if (this.stopping) return;
    const demo = isEmbedded && !isHardened(settings) ? { DEMO_LOGINS: complete['DEMO_LOGINS'] ?? 'on' } : {};
    await this.startChildren({ ...complete, ...demo });
    process.stdout.write(banner(settings, isEmbedded));
  }

  private async startChildren(environment: NodeJS.ProcessEnv): Promise<void> {
    this.children = [
      new Child('API', new URL('../main.js', import.meta.url), environment),
      new Child('worker', new URL('../worker.js', import.meta.url), environment),
    ];
    for (const child of this.children) void child.ended.then((how) => this.childEnded(child, how));
    await Promise.all(this.children.map((child) => child.started()));
  }

  private async childEnded(child: Child, how: string): Promise<void> {
    if (this.stopping) return;
    process.stderr.write(`\nThe ${child.name} has ended (${how}); stopping the rest.\n`);
    await this.stop(1);
  }

  /** First those who use the database, then the database. */
  private stop(exitCode: number): Promise<void> {
    this.stopping ??= (async () => {
      await Promise.all(this.children.map((child) => child.stop()));
      await this.database?.stop();
      process.exit(exitCode);
    })();
    return this.stopping;
  }
}

const withDefaults = (environment: NodeJS.ProcessEnv, databaseUrl: string, secret: string): NodeJS.ProcessEnv => ({
  ...environment,
  ...(environment['DATABASE_URL'] || environment['DATABASE_URL_FILE'] ? {} : { DATABASE_URL: databaseUrl }),
  ...(environment['SECRET_KEY'] || environment['SECRET_KEY_FILE'] ? {} : { SECRET_KEY: secret }),
});

async function checkPorts({ PORT, WORKER_PORT, HOST }: Settings): Promise<void> {
  for (const [name, port] of Object.entries({ PORT, WORKER_PORT }))
    if (!(await isPortFree(port, HOST)))
      throw new StartProblem(
        `Port ${port} is in use. Stop what uses it, or choose another: ${name}=${port + 10} npm start`,
      );
}

async function seed(settings: Settings): Promise<void> {
  const client = new Client({ connectionString: settings.DATABASE_URL });
  await client.connect();
  try {
    await seedDemo(client, settings);
  } finally {
    await client.end();
  }
}

function messageOf(error: unknown): string {
  if (error instanceof StartProblem || error instanceof EmbeddedPostgresError || error instanceof SettingsError)
    return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
