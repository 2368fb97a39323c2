import { Deadlines } from './deadlines.js';

describe('Deadlines', () => {
  const onLate = jest.fn();
  let deadlines: Deadlines<string>;

  beforeEach(() => {
    jest.useFakeTimers();
    onLate.mockReset();
    deadlines = new Deadlines(1_000, onLate);
  });

  afterEach(() => {
    deadlines.stop();
    jest.useRealTimers();
  });

  it('tells once of each that has not ended, the oldest first, and of none before its time', () => {
    deadlines.begin('first');
    deadlines.begin('second');
    jest.advanceTimersByTime(500);
    deadlines.begin('later');
    jest.advanceTimersByTime(499);
    expect(onLate).not.toHaveBeenCalled();
    jest.advanceTimersByTime(101);
    expect(onLate.mock.calls).toEqual([['first'], ['second']]);
    jest.advanceTimersByTime(10_000);
    expect(onLate.mock.calls).toEqual([['first'], ['second'], ['later']]);
  });

  it('tells of nothing that has ended, and of nothing once it is stopped', () => {
    deadlines.begin('ended');
    deadlines.begin('stopped');
    deadlines.end('ended');
    deadlines.end('unknown');
    jest.advanceTimersByTime(900);
    deadlines.stop();
    jest.advanceTimersByTime(10_000);
    expect(onLate).not.toHaveBeenCalled();
  });
});
