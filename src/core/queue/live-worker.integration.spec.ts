import { Queue, setDefaultBackendFactory, type WorkerOptions } from 'bullmq';
import { deferred } from '../../../test/support/deferred.js';
import { until } from '../../../test/support/program.js';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import type { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { LiveWorker } from './live-worker.js';
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
