import { testSettings } from '../../../test/support/test-settings.js';
import { Clock } from '../../core/clock/clock.js';
import type { Readiness } from '../../core/health/readiness.js';
import type { OutboxRepository } from '../../core/outbox/outbox.repository.js';
import { SystemStatus } from './system-status.js';

describe('SystemStatus', () => {
  const clock = new Clock();
  const readiness = jest.fn();
  const relays = jest.fn();
  let status: SystemStatus;
  let now: number;

  beforeEach(() => {
    now = Date.now();
    clock.now = () => new Date(now);
    readiness.mockReset().mockResolvedValue({ status: 'ready', checks: { database: 'up' } });
    relays.mockReset().mockResolvedValue({ relays: 2, overdue: 0 });
    status = new SystemStatus(
      { report: readiness } as unknown as Readiness,
      { relays } as unknown as OutboxRepository,
      testSettings('postgres://localhost/x'),
      clock,
    );
  });

  it('is well while everything is', async () => {
    expect(await status.report()).toMatchObject({
      status: 'up',
      parts: { database: { state: 'up' }, workers: { state: 'up', detail: '2 connected' } },
    });
  });

  it('is asked once, however many look at it within two seconds', async () => {
    await Promise.all([status.report(), status.report()]);
    now += 1_999;
    await status.report();
    expect(relays).toHaveBeenCalledTimes(1);
    now += 1;
    await status.report();
    expect(relays).toHaveBeenCalledTimes(2);
  });

  it('says which part is not there, and nothing of why', async () => {
    relays.mockRejectedValue(new Error('ECONNREFUSED 10.1.2.3'));
    readiness.mockResolvedValue({ status: 'unready', checks: { database: 'down', migrations: 'older' } });
    expect(await status.report()).toMatchObject({
      status: 'down',
      parts: {
        database: { state: 'down' },
        migrations: { state: 'down', detail: 'older' },
        workers: { state: 'down' },
      },
    });
    expect(JSON.stringify(await status.report())).not.toContain('10.1.2.3');
  });

  it('waits two seconds for a part that does not come back, and no longer', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    try {
      status.add({ name: 'stuck', read: () => new Promise(() => undefined) });
      const report = status.report();
      await jest.advanceTimersByTimeAsync(2_000);
      expect((await report).parts).toMatchObject({ stuck: { state: 'down' }, workers: { state: 'up' } });
    } finally {
      jest.useRealTimers();
    }
  });
});
