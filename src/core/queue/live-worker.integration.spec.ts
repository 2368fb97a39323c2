import { Queue, setDefaultBackendFactory, type WorkerOptions } from 'bullmq';
import { deferred } from '../../../test/support/deferred.js';
import { until } from '../../../test/support/program.js';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import type { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { CANARY, LiveWorker } from './live-worker.js';
import { queueBackend, queueOptions } from './queue-connection.js';
import { migrateQueue } from './queue-migrations.js';

const QUEUE = 'test';
const MINUTE = 60_000;

describe('LiveWorker', () => {
  let database: TestDatabase;
  let settings: Settings;
  let queue: Queue;
  let worker: LiveWorker;
  let now = Date.now;
  const done: string[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    settings = testSettings(database.url);
    setDefaultBackendFactory(queueBackend(settings));
    queue = new Queue(QUEUE, queueOptions(settings));
    now = Date.now.bind(Date);
  });

  beforeEach(() => done.splice(0));

  afterEach(async () => {
    jest.restoreAllMocks();
    await worker.stop();
  });

  afterAll(async () => {
    await queue.close();
    await database.drop();
  });

  function start(process = async (id: string): Promise<void> => void done.push(id)): void {
    worker = new LiveWorker({
      queue: QUEUE,
      options: { ...(queueOptions(settings) as WorkerOptions), concurrency: 1 },
      process: async ({ id = '' }) => process(id),
      logger: new AppLogger(settings),
    });
    worker.start();
  }

  const taken = async (id: string): Promise<void> => {
    await queue.add('work', {}, { jobId: id });
    await until(() => done.includes(id));
  };

  it('takes jobs, gets new connections once none has come for long, and takes jobs again', async () => {
    start();
    await taken('first');
    expect(worker.isDeaf).toBe(false);
    await worker.revive();

    jest.spyOn(Date, 'now').mockImplementation(() => now() + MINUTE);
    expect(worker.isDeaf).toBe(true);
    await worker.revive();
    expect(worker.isDeaf).toBe(false);
    await taken('second');
    expect(done).toEqual(['first', 'second']);
  });

  it('is not deaf while it works, however long that takes', async () => {
    const { promise: working, resolve: finish } = deferred();
    start(async (id) => {
      done.push(`${id} begun`);
      await working;
      done.push(id);
    });
    await queue.add('work', {}, { jobId: 'long' });
    await until(() => done.includes('long begun'));
    jest.spyOn(Date, 'now').mockImplementation(() => now() + MINUTE);
    expect(worker.isDeaf).toBe(false);

    const stopped = worker.stop();
    finish();
    await stopped;
    expect(done).toEqual(['long begun', 'long']);
  });

  it('gets new connections when it finds its own canaries late again and again, though it is idle', async () => {
    start();
    const warn = jest.spyOn(AppLogger.prototype, 'warn');
    // It was idle before them: they are added in the future, by the clock that it has when it takes them.
    let ahead = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    const canary = async (by: string, lateness: number): Promise<void> => {
      const timestamp = Date.now() + 1;
      ahead += lateness;
      await queue.add(CANARY, {}, { jobId: `${by}.${timestamp}`, timestamp, removeOnComplete: true });
      await until(async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0);
      await worker.revive();
    };
    // Neither those of others nor single ones of its own.
    for (let count = 0; count < 3; count += 1) await canary('another', 4_000);
    for (const lateness of [4_000, 4_000, 0, 4_000, 4_000]) await canary(worker.id, lateness);
    expect(warn).not.toHaveBeenCalled();
    await canary(worker.id, 4_000);
    expect(warn).toHaveBeenCalledTimes(1);
    await taken('fourth');
  });

  it('waits for a schema that is not there yet, and leaves the process alone meanwhile', async () => {
    await database.rows('ALTER SCHEMA bullmq RENAME TO bullmq_away');
    start();
    await until(() => worker.isDeaf);
    await database.rows('ALTER SCHEMA bullmq_away RENAME TO bullmq');
    await migrateQueue(database.url);

    await worker.revive();
    await taken('third');
    expect(done).toEqual(['third']);
  });
});
