import { findDoubles } from '../../chaos/verdict/doubles.js';

const MINE = 'worker 1, process 1';
const OTHER = 'worker 2, process 1';
const STORED = 100_000;
const ANSWERED = 100_010;
const LEASE = 20_000;

const first = { id: 'mail', to: 'ada@example.com', worker: MINE, storedAt: STORED, answeredAt: ANSWERED };
const second = { ...first, worker: OTHER, storedAt: STORED + 40_000, answeredAt: ANSWERED + 40_000 };

interface Happening {
  kind: string;
  service?: string;
  process?: string;
  from: number;
  to?: number;
}

function excuses(happening: Happening | undefined, members: object = {}, sentAt?: number): (string | undefined)[] {
  const interruptions = happening ? [{ service: 'some', ...happening }] : [];
  const facts = { sentAt: new Map(sentAt === undefined ? [] : [['mail', sentAt]]), lease: LEASE };
  return findDoubles([{ ...first, ...members }, second], interruptions, facts).map(({ excuse }) => excuse);
}

describe('a mail that came twice', () => {
  /** A kill eight seconds after the answer: too late, unless the process could not work in between. */
  const late = { kind: 'worker SIGKILL', service: 'worker 1', process: MINE, from: ANSWERED + 8_000 };

  it.each([
    { name: 'its process was stopped', stop: { kind: 'worker SIGSTOP', process: MINE }, isExcused: true },
    { name: 'PostgreSQL was stopped', stop: { kind: 'postgres SIGSTOP' }, isExcused: true },
    { name: 'another process was stopped', stop: { kind: 'worker SIGSTOP', process: OTHER }, isExcused: false },
    { name: 'Redis was stopped', stop: { kind: 'redis SIGSTOP' }, isExcused: false },
  ])('is excused by a kill after a time in which $name: $isExcused', ({ stop, isExcused }) => {
    const stopped = { service: 'some', ...stop, from: STORED - 1_000, to: STORED + 3_500 };
    const facts = { sentAt: new Map<string, number>(), lease: LEASE };
    const [double] = findDoubles([first, second], [stopped, late], facts);
    expect(double?.excuse).toBe(isExcused ? 'worker SIGKILL' : undefined);
  });

  it('is none where it came once', () => {
    const facts = { sentAt: new Map<string, number>(), lease: LEASE };
    expect(findDoubles([first, { ...second, id: 'another' }], [], facts)).toEqual([]);
  });

  it('is counted for each copy but the last', () => {
    const facts = { sentAt: new Map<string, number>(), lease: LEASE };
    const copies = [first, { ...first, storedAt: STORED + 1_000, brokenBy: 'drop after storing' }, second];
    expect(findDoubles(copies, [], facts).map(({ copy, excuse }) => ({ copy, excuse }))).toEqual([
      { copy: copies[0], excuse: undefined },
      { copy: copies[1], excuse: 'mail server: drop after storing' },
    ]);
  });

  it.each<{ name: string; happening?: Happening; members?: object; sentAt?: number }>([
    { name: 'a server that dropped the connection', members: { answeredAt: undefined, brokenBy: 'drop' } },
    { name: 'a kill before the answer', happening: { kind: 'worker SIGKILL', process: MINE, from: STORED - 900 } },
    { name: 'a kill after it', happening: { kind: 'worker SIGKILL', process: MINE, from: ANSWERED + 4_900 } },
    {
      name: 'a process that gave up',
      happening: { kind: 'worker SHUTDOWN_TIMEOUT', process: MINE, from: ANSWERED, to: ANSWERED },
    },
    { name: 'a lost database', happening: { kind: 'postgres SIGKILL', from: STORED - 5_000, to: STORED - 500 } },
    {
      name: 'a pause beyond the lease, even where it was recorded',
      happening: { kind: 'worker SIGSTOP', process: OTHER, from: STORED - 1, to: STORED + 39_000 },
      sentAt: ANSWERED + 5,
    },
  ])('is excused by $name', ({ happening, members, sentAt }) => {
    expect(excuses(happening, members, sentAt)).toEqual([expect.any(String)]);
  });

  it.each<{ name: string; happening?: Happening; members?: object; sentAt?: number }>([
    { name: 'nothing' },
    { name: 'the kill of another worker', happening: { kind: 'worker SIGKILL', process: OTHER, from: ANSWERED } },
    { name: 'a kill that came too late', happening: { kind: 'worker SIGKILL', process: MINE, from: ANSWERED + 5_100 } },
    {
      name: 'a kill that was over',
      happening: { kind: 'worker SIGKILL', process: MINE, from: STORED - 5_000, to: STORED - 1_100 },
    },
    { name: 'the kill of an API process', happening: { kind: 'api SIGKILL', process: MINE, from: ANSWERED } },
    { name: 'a lost Redis', happening: { kind: 'redis SIGKILL', from: STORED, to: ANSWERED } },
    { name: 'a PostgreSQL that stood still', happening: { kind: 'postgres SIGSTOP', from: STORED, to: ANSWERED } },
    {
      name: 'a pause within the lease',
      happening: { kind: 'worker SIGSTOP', process: MINE, from: STORED, to: STORED + 19_000 },
    },
    {
      name: 'a broken answer, where it was recorded all the same',
      members: { brokenBy: 'drop after storing' },
      sentAt: ANSWERED,
    },
    {
      name: 'a kill, where it was recorded before',
      happening: { kind: 'worker SIGKILL', process: MINE, from: ANSWERED + 100 },
      sentAt: ANSWERED + 5,
    },
  ])('is not excused by $name', ({ happening, members, sentAt }) => {
    expect(excuses(happening, members, sentAt)).toEqual([undefined]);
  });
});
