import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

/** A migrated database of a test file's own. */
export class TestDatabase {
  private constructor(
    readonly url: string,
    private readonly name: string,
    private readonly client: Client,
  ) {}

  static async create(): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await onServer(`CREATE DATABASE ${name} TEMPLATE ${process.env['TEST_TEMPLATE']}`);
    const url = new URL(process.env['TEST_SERVER_URL'] ?? '');
    url.pathname = `/${name}`;
    const client = new Client({ connectionString: url.toString() });
    client.on('error', () => undefined);
    await client.connect();
    return new TestDatabase(url.toString(), name, client);
  }

  /** For looking at, and preparing, what no route shows. */
  async rows<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.client.query<Row>(text, values);
    return rows;
  }

  /** A session of its own, which the caller ends. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    return client;
  }

  /** Lets nobody else in, as a server that is away; connections that are there stay. */
  async allowConnections(areAllowed: boolean): Promise<void> {
    await onServer(`ALTER DATABASE ${this.name} ALLOW_CONNECTIONS ${areAllowed}`);
  }

  async drop(): Promise<void> {
    await this.client.end();
    await onServer(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: process.env['TEST_SERVER_URL'] });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
