import { testSettings } from '../../../test/support/test-settings.js';
import type { Sql } from '../database/sql.js';
import { AppLogger } from '../logging/app-logger.js';
import { Readiness } from './readiness.js';

describe('Readiness', () => {
  const row = jest.fn();
  let readiness: Readiness;

  beforeEach(() => {
    row.mockReset().mockResolvedValue({});
    readiness = new Readiness({ row } as unknown as Sql, new AppLogger(testSettings('postgres://localhost/x')));
  });

  it('is ready while everything answers', async () => {
    readiness.add({ name: 'queue', run: async () => undefined });
    expect(await readiness.report()).toEqual({ status: 'ready', checks: { database: 'up', queue: 'up' } });
  });

  it('is ready without what it can do without, and tells of it', async () => {
    readiness.add({ name: 'redis', run: () => Promise.reject(new Error('down')), isOptional: true });
    expect(await readiness.report()).toEqual({ status: 'ready', checks: { database: 'up', redis: 'down' } });
  });

  it.each([
    { name: 'database', break: () => row.mockRejectedValue(new Error('ECONNREFUSED 10.1.2.3')) },
    { name: 'queue', break: () => readiness.add({ name: 'queue', run: () => Promise.reject(new Error('down')) }) },
  ])('says that $name is down, and nothing of why', async ({ name, break: breakIt }) => {
    readiness.add({ name: 'other', run: async () => undefined });
    breakIt();
    const report = await readiness.report();
    expect(report.status).toBe('unready');
    expect(report.checks).toMatchObject({ other: 'up', [name]: 'down' });
    expect(JSON.stringify(report)).not.toContain('10.1.2.3');
  });

  it('counts a check that does not come back as failed', async () => {
    jest.useFakeTimers();
    try {
      readiness.add({ name: 'stuck', run: () => new Promise(() => undefined) });
      const report = readiness.report();
      await jest.advanceTimersByTimeAsync(3_000);
      expect(await report).toEqual({ status: 'unready', checks: { database: 'up', stuck: 'down' } });
    } finally {
      jest.useRealTimers();
    }
  });

  it('is unready from the moment that the process stops, though everything answers', async () => {
    readiness.beforeApplicationShutdown();
    expect(await readiness.report()).toEqual({ status: 'unready', checks: { database: 'up' } });
  });
});
