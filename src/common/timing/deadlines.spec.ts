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

  it('tells of those that are left, whichever have ended between them', () => {
    const [first, second, third, last] = ['first', 'second', 'third', 'last'].map((name) => deadlines.begin(name));
    for (const ended of [second, first, first]) if (ended) deadlines.end(ended);
    deadlines.begin('after');
    if (last) deadlines.end(last);
    jest.advanceTimersByTime(1_200);
    expect(onLate.mock.calls).toEqual([['third'], ['after']]);
    expect(third).toMatchObject({ previous: undefined, next: undefined });
  });

  it('tells of nothing that has ended, and of nothing once it is stopped', () => {
    const names = ['oldest', 'stopped', 'between', 'youngest'];
    const [oldest, , between, youngest] = names.map((name) => deadlines.begin(name));
    for (const ended of [between, oldest, youngest, oldest, between]) if (ended) deadlines.end(ended);
    jest.advanceTimersByTime(900);
    deadlines.stop();
    jest.advanceTimersByTime(10_000);
    expect(onLate).not.toHaveBeenCalled();
  });
});
