import type { PlacedEvent } from '../../core/live/live-events.repository.js';
import { Backlog } from './backlog.js';
import { LiveReader } from './live-reader.js';

const event = (position: number, name = 'post.updated', post = `post ${position}`): PlacedEvent => ({
  id: `event ${position}`,
  position,
  name,
  audience: null,
  data: { id: post },
});

const range = (from: number, to: number): PlacedEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

const backlogOf = (events: PlacedEvent[], limit?: number): Backlog => {
  const backlog = new Backlog(limit);
  backlog.add(events);
  return backlog;
};

/** All that there is to read, as names and positions. */
function readAll(reader: LiveReader): string[] {
  const read: string[] = [];
  for (let message = reader.next(); message; message = reader.next()) read.push(`${message.name} ${message.position}`);
  return read;
}

describe('LiveReader', () => {
  it('begins with what is new, and reads each once', () => {
    const backlog = backlogOf(range(1, 3));
    const reader = new LiveReader(backlog);
    expect(reader.startId).toBe('event 3');
    expect(readAll(reader)).toEqual([]);
    backlog.add(range(4, 5));
    expect(readAll(reader)).toEqual(['post.updated 4', 'post.updated 5']);
    expect(readAll(reader)).toEqual([]);
  });

  it('goes on behind an event, over numbers that were never given, and then with what came meanwhile', () => {
    const backlog = backlogOf([event(1), event(2), event(7)]);
    const reader = new LiveReader(backlog, 'event 1');
    expect(reader.startId).toBeUndefined();
    backlog.add([event(9)]);
    expect(readAll(reader)).toEqual(['post.updated 2', 'post.updated 7', 'post.updated 9']);
  });

  it('goes on from before the first event of all', () => {
    const backlog = new Backlog();
    const { startId } = new LiveReader(backlog);
    backlog.add(range(1, 2));
    expect(readAll(new LiveReader(backlog, startId))).toEqual(['post.updated 1', 'post.updated 2']);
  });

  it.each([
    { name: 'never was', events: range(1, 3), id: 'event 99' },
    { name: 'is not kept any more', events: range(1, 13), id: 'event 2' },
    { name: 'is the very beginning, with events that are gone', events: range(5, 6), id: new Backlog().head.id },
  ])('says once that something is missing behind an event that $name', ({ events, id }) => {
    const backlog = backlogOf(events, 10);
    const reader = new LiveReader(backlog, id);
    const last = events.at(-1)?.position ?? 0;
    expect(readAll(reader)).toEqual([`resync ${last}`]);
    backlog.add([event(last + 1)]);
    expect(readAll(reader)).toEqual([`post.updated ${last + 1}`]);
  });

  it('says so too where a client was too slow for what is kept', () => {
    const backlog = backlogOf(range(1, 3), 10);
    const reader = new LiveReader(backlog);
    backlog.add(range(4, 40));
    expect(readAll(reader)).toEqual(['resync 40']);
  });

  it('tells a client that was away nothing of what was taken back meanwhile, unless it came again', () => {
    const backlog = backlogOf([
      event(1),
      event(2, 'post.published', 'a'),
      event(3, 'post.updated', 'a'),
      event(4, 'post.published', 'b'),
      event(5, 'post.deleted', 'a'),
      event(6, 'post.published', 'a'),
    ]);
    expect(readAll(new LiveReader(backlog, 'event 1'))).toEqual([
      'post.published 4',
      'post.deleted 5',
      'post.published 6',
    ]);
  });
});

describe('Backlog', () => {
  it('keeps so many and no more', () => {
    const backlog = backlogOf(range(1, 1_000), 10);
    expect(backlog.after(0)).toBeUndefined();
    expect(backlog.after(990)?.map(({ position }) => position)).toEqual(
      range(991, 1_000).map(({ position }) => position),
    );
    expect([backlog.positionOf('event 989'), backlog.positionOf('event 1000')]).toEqual([undefined, 1_000]);
  });
});
