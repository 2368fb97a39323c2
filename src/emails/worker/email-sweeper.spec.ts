import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import type { DeliveriesRepository } from '../deliveries.repository.js';
import type { EmailQueue } from './email-queue.js';
import { EmailSweeper } from './email-sweeper.js';

const OVERDUE = [
  { id: 'one', tries: 0, postId: null },
  { id: 'two', tries: 3, postId: null },
];

describe('EmailSweeper', () => {
  const overdue = jest.fn();
  const add = jest.fn();
  let sweeper: EmailSweeper;

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z') });
    overdue.mockReset().mockResolvedValue(OVERDUE);
    add.mockReset().mockResolvedValue(undefined);
    sweeper = new EmailSweeper(
      { overdue } as unknown as DeliveriesRepository,
      { add } as unknown as EmailQueue,
      new AppLogger(testSettings('postgres://localhost/x')),
    );
  });

  afterEach(() => {
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

  it('finds nothing to do where nothing is overdue', async () => {
    overdue.mockResolvedValueOnce([]);
    expect(await sweeper.sweep()).toBe(0);
    expect(add).not.toHaveBeenCalled();
  });

  it('goes on after a failure', async () => {
    overdue.mockRejectedValueOnce(new Error('the database is gone'));
    await expect(sweeper.sweep()).rejects.toThrow('the database is gone');
    expect(add).not.toHaveBeenCalled();
    await sweeper.sweep();
    expect(add).toHaveBeenCalledTimes(2);
  });
});
