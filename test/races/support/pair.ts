import { freePort, Program } from '../../support/program.js';
import { PASSWORD } from '../../support/people.js';
import { TestClient, type Answer } from '../../support/test-client.js';
import { TestDatabase } from '../../support/test-database.js';

export interface Somebody {
  id: string;
  email: string;
  sessionId: string;
  access: string;
  refresh: string;
}

/** Two API processes and a worker of the build, which share nothing but PostgreSQL. */
export class Pair {
  private count = 0;

  private constructor(
    readonly database: TestDatabase,
    private readonly programs: Program[],
    private readonly ports: number[],
  ) {}

  static async start(): Promise<Pair> {
    const database = await TestDatabase.create();
    const ports = [await freePort(), await freePort(), await freePort()];
    const [first, second, worker] = ports.map((port) => ({
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      WORKER_PORT: String(port),
      PUBLIC_URL: 'http://127.0.0.1',
      DATABASE_URL: database.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
      LOGIN_RATE_LIMIT: '0',
      // Longer than any test: what is slow here is the machine, and no thief.
      REFRESH_GRACE: '300',
    }));
    const programs = [
      new Program('dist/src/main.js', first ?? {}),
      new Program('dist/src/main.js', second ?? {}),
      new Program('dist/src/worker.js', worker ?? {}),
    ];
    const pair = new Pair(database, programs, ports);
    try {
      await Promise.all(programs.map((program) => program.says('"msg":"Started"')));
    } catch (error) {
      await pair.stop();
      throw error;
    }
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop('SIGKILL')));
    await this.database.drop();
  }

  /** @param turn even for the one process, odd for the other */
  client(turn: number, token?: string): TestClient {
    return new TestClient(`http://127.0.0.1:${this.ports[turn % 2]}`, { check: () => undefined }, token);
  }

  /** Another name each time. */
  name(word: string): string {
    return `${word}-${(this.count += 1)}`;
  }

  async signUp(): Promise<Somebody> {
    const email = `${this.name('person')}@example.com`;
    const { status, body } = await this.client(0).post('/api/v1/users', { email, password: PASSWORD });
    expect(status).toBe(201);
    return this.signIn(body.id, email);
  }

  async signIn(id: string, email: string): Promise<Somebody> {
    return somebody(id, email, await this.login(0, email, PASSWORD));
  }

  login = async (turn: number, username: string, password: string): Promise<Answer> =>
    this.client(turn).post('/api/v1/auth/login', { username, password });

  refresh = async (turn: number, token: string): Promise<Answer> =>
    this.client(turn).post('/api/v1/auth/refresh', { refresh_token: token });

  /** The status with which each process takes an access token. */
  async accepts(access: string): Promise<number[]> {
    return Promise.all([0, 1].map(async (turn) => (await this.client(turn, access).get('/api/v1/users/me')).status));
  }

  async counted(text: string, values: unknown[]): Promise<number> {
    const [row] = await this.database.rows<{ count: number }>(text, values);
    return row?.count ?? Number.NaN;
  }

  /** How many events of a type were recorded about something. */
  async events(type: string, id: string): Promise<number> {
    return this.counted(
      'SELECT count(*)::int AS count FROM outbox_events WHERE type = $1 AND $2 IN (SELECT value FROM jsonb_each_text(payload))',
      [type, id],
    );
  }
}

export function somebody(id: string, email: string, { status, body, text }: Answer): Somebody {
  expect({ status, text }).toEqual({ status: 200, text: expect.any(String) });
  const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
  return { id, email, sessionId: claims.sid, access: body.access_token, refresh: body.refresh_token };
}
