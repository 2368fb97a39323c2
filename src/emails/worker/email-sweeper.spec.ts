import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import type { EmailsRepository } from '../emails.repository.js';
import type { EmailQueue } from './email-queue.js';
import { EmailSweeper } from './email-sweeper.js';

const OVERDUE = [
  { id: 'one', tries: 0 },
  { id: 'two', tries: 3 },
];

/** A promise that the test settles. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const parts = {} as { resolve: (value: T) => void };
  const promise = new Promise<T>((resolve) => Object.assign(parts, { resolve }));
  return { promise, resolve: parts.resolve };
}

describe('EmailSweeper', () => {
  const overdue = jest.fn();
  const add = jest.fn();
  let sweeper: EmailSweeper;

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z') });
    overdue.mockReset().mockResolvedValue(OVERDUE);
    add.mockReset().mockResolvedValue(undefined);
    sweeper = new EmailSweeper(
      { overdue } as unknown as EmailsRepository,
      { add } as unknown as EmailQueue,
      new AppLogger(testSettings('postgres://localhost/x')),
    );
  });

  afterEach(async () => {
    await sweeper.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  const rounds = (): unknown[] => add.mock.calls.map(([, options]: [unknown, { round: string }]) => options.round);

  it('adds a job for each mail that is overdue', async () => {
    expect(await sweeper.sweep()).toBe(2);
    expect(add.mock.calls).toEqual([
      [OVERDUE[0], { round: expect.stringMatching(/^round\d+$/) }],
      [OVERDUE[1], { round: expect.stringMatching(/^round\d+$/) }],
    ]);
  });

  it('adds no second job for the same try while the first may still wait', async () => {
    await sweeper.sweep();
    jest.advanceTimersByTime(10_000);
    await sweeper.sweep();
    expect(new Set(rounds()).size).toBe(1);

    jest.advanceTimersByTime(120_000);
    await sweeper.sweep();
    expect(new Set(rounds()).size).toBe(2);
  });

  it('looks by itself every ten seconds, one look at a time', async () => {
    const look = deferred<object[]>();
    overdue.mockReturnValueOnce(look.promise);
    sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(overdue).toHaveBeenCalledTimes(1);

    look.resolve([]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(overdue).toHaveBeenCalledTimes(2);
  });

  it('goes on after a failure', async () => {
    overdue.mockRejectedValueOnce(new Error('the database is gone'));
    sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(overdue).toHaveBeenCalledTimes(2);
    expect(add).toHaveBeenCalledTimes(2);
  });

  it('looks no more once the process stops', async () => {
    sweeper.onApplicationBootstrap();
    await sweeper.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(overdue).not.toHaveBeenCalled();
  });
});
