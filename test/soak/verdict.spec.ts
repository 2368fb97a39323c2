import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { courseOf } from '../../soak/flatness.js';
import { figuresOf } from '../../soak/process-figures.js';
import { unexplained, unhandledIn } from '../../soak/verdict.js';

const every = (seconds: number, valueAt: (index: number) => number) =>
  Array.from({ length: 90 }, (_, index) => ({ at: index * seconds * 1_000, value: valueAt(index) }));

describe('what is flat', () => {
  it.each([
    ['what stands still', 'handles', () => 40, true],
    ['what rises at first, and then stands still', 'memory', (index: number) => Math.min(100 + 5 * index, 200), true],
    ['what goes up and down', 'memory', (index: number) => 180 + (index % 7) * 10, true],
    ['what falls', 'connections', (index: number) => 90 - index, true],
    ['one high moment', 'handles', (index: number) => (index === 80 ? 900 : 40), true],
    ['a handle in each sample', 'handles', (index: number) => 40 + index, false],
    ['a connection in every fifth sample', 'connections', (index: number) => 8 + Math.floor(index / 5), false],
    ['memory that grows by a half', 'memory', (index: number) => 200 + index * 1.5, false],
  ] as const)('%s', (_name, kind, valueAt, isFlat) => {
    expect(courseOf(kind, every(20, valueAt)).isFlat).toBe(isFlat);
  });

  it.each([
    [
      'a pool that was emptied by a kill and fills again',
      'connections',
      (index: number) => (index < 60 ? 6 : 24),
      true,
    ],
    ['a handle for each request', 'handles', (index: number) => 40 + index * 25, false],
  ] as const)('%s, in a run of seconds', (_name, kind, valueAt, isFlat) => {
    expect(courseOf(kind, every(1, valueAt), { short: true }).isFlat).toBe(isFlat);
  });

  it('says how fast it grows in an hour, since the first third', () => {
    const course = courseOf(
      'memory',
      every(20, (index) => (index < 30 ? 0 : index)),
    );
    expect(course).toMatchObject({ first: 0, last: 89, peak: 89, before: 45, after: 75 });
    expect(course.slope).toBeCloseTo(180);
  });

  it('is not judged by too few samples', () => {
    expect(() => courseOf('memory', every(20, () => 1).slice(0, 5))).toThrow('Only 5 samples were taken');
  });
});

describe('a failure', () => {
  const failure = { service: 'api 1', what: 'GET /', from: 10_000, to: 11_000 };
  it.each([
    ['of a process that was killed meanwhile', { service: 'api 1', from: 10_500, to: 12_000 }, true],
    ['of a process whose service was down', { service: 'postgres', from: 9_000, to: 10_500 }, true],
    ['a moment after it was there again', { service: 'redis', from: 2_000, to: 6_000 }, true],
    ['of a process that is down still', { service: 'api 1', from: 9_000 }, true],
    ['long after it was there again', { service: 'postgres', from: 1_000, to: 4_000 }, false],
    ['before it', { service: 'postgres', from: 11_500, to: 13_000 }, false],
    ['of another process', { service: 'api 2', from: 10_500, to: 12_000 }, false],
    ['of an API while a worker was down', { service: 'worker 1', from: 10_500, to: 12_000 }, false],
  ])('%s', (_name, interruption, isExplained) => {
    const interruptions = [{ kind: 'SIGKILL', ...interruption }];
    expect(unexplained([failure], interruptions)).toEqual(isExplained ? [] : [failure]);
  });
});

describe('the log', () => {
  it('is looked through for what nobody caught', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'soak-'));
    try {
      await writeFile(join(directory, 'api-1.log'), '{"level":"warn"}\n[UnhandledPromiseRejection: x]\n');
      await writeFile(join(directory, 'worker-1.log'), 'fine\n    triggerUncaughtException(err, true);\n');
      const lines = await unhandledIn(directory);
      expect(lines.map((line) => line.split(':', 1)[0])).toEqual(['api-1.log', 'worker-1.log']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

it('the figures of a process are those of this one', async () => {
  const figures = await figuresOf(process.pid, new Set());
  expect(figures.memory).toBeGreaterThan(20);
  expect(figures.handles).toBeGreaterThan(2);
  expect(figures.connections).toBe(0);
});
