import { deferred } from '../../../test/support/deferred.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { PeriodicJobs } from './periodic-jobs.js';

const INTERVAL = 10_000;

describe('PeriodicJobs', () => {
  const run = jest.fn();
  const logger = new AppLogger(testSettings('postgres://localhost/x'));
  const warn = jest.spyOn(logger, 'warn').mockReturnValue(undefined);
  let jobs: PeriodicJobs;

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z') });
    run.mockReset().mockResolvedValue(undefined);
    warn.mockClear();
    jobs = new PeriodicJobs(logger);
    jobs.add({ name: 'work', interval: INTERVAL, run });
  });

  afterEach(async () => {
    await jobs.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  it('does nothing before the process has started', async () => {
    await jest.advanceTimersByTimeAsync(INTERVAL);
    expect(run).not.toHaveBeenCalled();
  });

  it('works at once, and then with each interval', async () => {
    jobs.onApplicationBootstrap();
    expect(run).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(INTERVAL - 1);
    expect(run).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(5 * INTERVAL);
    expect(run).toHaveBeenCalledTimes(7);
    expect(warn).not.toHaveBeenCalled();
  });

  it('does one thing at a time, however long it takes', async () => {
    const work = deferred();
    run.mockReturnValueOnce(work.promise);
    jobs.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(3 * INTERVAL);
    expect(run).toHaveBeenCalledTimes(1);

    work.resolve();
    await jest.advanceTimersByTimeAsync(INTERVAL);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('keeps no job waiting for another one', async () => {
    const work = deferred();
    const other = jest.fn().mockResolvedValue(undefined);
    run.mockReturnValueOnce(work.promise);
    jobs.add({ name: 'other', interval: 2 * INTERVAL, run: other });
    jobs.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(4 * INTERVAL);
    expect(run).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(3);
    work.resolve();
  });

  it.each([
    { how: 'rejecting', fail: () => Promise.reject(new Error('the database is gone')) },
    {
      how: 'throwing',
      fail: () => {
        throw new Error('the database is gone');
      },
    },
  ])('goes on after a failure by $how, and says which job it was', async ({ fail }) => {
    run.mockImplementationOnce(fail);
    jobs.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(INTERVAL);
    expect(run).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls).toEqual([[expect.objectContaining({ err: expect.any(Error), job: 'work' })]]);
  });

  it('works no more once the process stops', async () => {
    jobs.onApplicationBootstrap();
    await jobs.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(6 * INTERVAL);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('lets the process stop only when what it began is done', async () => {
    const work = deferred();
    run.mockReturnValueOnce(work.promise);
    jobs.onApplicationBootstrap();
    const stopped = jest.fn();
    const stopping = jobs.beforeApplicationShutdown().then(stopped);
    await jest.advanceTimersByTimeAsync(INTERVAL);
    expect(stopped).not.toHaveBeenCalled();

    work.resolve();
    await stopping;
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
