import { EMAIL_QUEUE } from '../../src/core/queue/queue-names.js';
import { createPerson, type Person } from '../support/people.js';
import { freePort, Program } from '../support/program.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';
import { TestApi } from '../support/test-api.js';

describeWithRedis('an API process with REDIS_URL', () => {
  let redis: TestRedis;
  let neighbour: TestApi;
  let root: Person;
  let api: Program;
  let url: string;

  beforeAll(async () => {
    [redis, neighbour] = await Promise.all([TestRedis.start(), TestApi.start()]);
    root = await createPerson(neighbour, 'root', 'admin');
  });

  afterAll(async () => {
    await neighbour.stop();
    await redis.stop();
  });

  beforeEach(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const { PUBLIC_URL, DATABASE_URL, SECRET_KEY } = neighbour.settings;
    api = new Program('dist/src/main.js', {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL,
      DATABASE_URL,
      SECRET_KEY: SECRET_KEY.join(),
      REDIS_URL: redis.url,
    });
    await api.says('"msg":"Started"');
  });

  afterEach(() => api.stop('SIGKILL'));

  const jobs = async () => {
    const headers = { authorization: `Bearer ${root.accessToken}` };
    const answer = await fetch(`${url}/api/v1/admin/jobs`, { headers });
    return { status: answer.status, body: (await answer.json()) as { items?: { queue: string }[] } };
  };

  const stopsSoon = async (): Promise<void> => {
    const started = Date.now();
    await expect(api.stop('SIGTERM')).resolves.toBe(0);
    expect(Date.now() - started).toBeLessThan(8_000);
    // Neither what BullMQ nor what its driver writes past our log.
    expect(api.output.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
  };

  it('stops in order after it has looked at the queue', async () => {
    const { status, body } = await jobs();
    expect({ status, queue: body.items?.[0]?.queue }).toEqual({ status: 200, queue: EMAIL_QUEUE });
    await stopsSoon();
  });

  it('says that Redis is gone, lives on, and stops in order, whether it knew it before or not', async () => {
    expect((await jobs()).status).toBe(200);
    await redis.stop();
    for (let round = 0; round < 2; round += 1) {
      const started = Date.now();
      expect((await jobs()).status).toBe(503);
      expect(Date.now() - started).toBeLessThan(4_000);
    }
    expect((await fetch(`${url}/api/v1/posts`)).status).toBe(200);
    await stopsSoon();
    await redis.startAgain();
  });

  it('stops in order while Redis goes, which it was connected to', async () => {
    expect((await jobs()).status).toBe(200);
    await redis.stop();
    await stopsSoon();
    await redis.startAgain();
  });
});
