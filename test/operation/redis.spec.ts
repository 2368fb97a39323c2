import { MailSink } from '../support/mail-sink.js';
import { freePort, Program, until } from '../support/program.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';
import { TestApi } from '../support/test-api.js';

/** What the readiness of a worker says of its queue. */
async function queueOf(workerUrl: string) {
  const answer = await fetch(`${workerUrl}/readiness`);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  return { status: answer.status, queue: checks['queue'] };
}

describeWithRedis('a worker with REDIS_URL', () => {
  let redis: TestRedis;
  let sink: MailSink;
  let api: TestApi;
  let worker: Program;
  let workerUrl: string;

  beforeAll(async () => {
    [redis, sink, api] = await Promise.all([TestRedis.start(), MailSink.start(), TestApi.start()]);
    const port = await freePort();
    workerUrl = `http://127.0.0.1:${port}`;
    worker = new Program('dist/src/worker.js', {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      WORKER_PORT: String(port),
      DATABASE_URL: api.database.url,
      REDIS_URL: redis.url,
      SMTP_URL: sink.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    });
    await worker.says('"msg":"Started"');
  });

  afterAll(async () => {
    await worker.stop('SIGKILL');
    await Promise.all([api.stop(), sink.stop()]);
    await redis.stop();
  });

  const owed = async (address: string): Promise<string | undefined> => {
    const [mail] = await api.database.rows<{ state: string }>('SELECT state FROM emails WHERE to_address = $1', [
      address,
    ]);
    return mail?.state;
  };

  it('sends mail by jobs in Redis, and makes none in PostgreSQL', async () => {
    await api.client().post('/api/v1/users', { email: 'ada@example.com', password: 'correct horse battery' });
    await sink.mailsTo('ada@example.com');
    const jobs = await api.database.rows<{ total: number }>('SELECT count(*)::int AS total FROM bullmq.job');
    expect(jobs).toEqual([{ total: 0 }]);
    const queues = await api.database.rows(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'broadsheet-queue' AND datname = current_database()",
    );
    expect(queues).toEqual([]);
  });

  it('says so when Redis is gone, owes meanwhile, and sends by itself when it is back and empty', async () => {
    await expect(queueOf(workerUrl)).resolves.toEqual({ status: 200, queue: 'up' });
    await redis.stop();
    await expect(queueOf(workerUrl)).resolves.toEqual({ status: 503, queue: 'down' });
    const signUp = { email: 'meanwhile@example.com', password: 'correct horse battery' };
    expect((await api.client().post('/api/v1/users', signUp)).status).toBe(201);
    await until(async () => (await owed('meanwhile@example.com')) === 'pending');

    await redis.startAgain();
    // As though it had been away for long, so that the next look at what is overdue finds it.
    await api.database.rows(
      "UPDATE emails SET next_try_at = next_try_at - interval '1 minute' WHERE state = 'pending'",
    );
    const [mail] = await sink.mailsTo('meanwhile@example.com');
    expect(mail?.subject).toContain('Welcome');
    await until(async () => (await queueOf(workerUrl)).status === 200);
  }, 90_000);

  it('stops in order, and soon, while Redis is gone', async () => {
    await redis.stop();
    const started = Date.now();
    await expect(worker.stop('SIGTERM')).resolves.toBe(0);
    expect(Date.now() - started).toBeLessThan(15_000);
  });
});
