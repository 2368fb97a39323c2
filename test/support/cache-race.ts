import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, TestClient } from './test-client.js';

const POSTS = '/api/v1/posts';

export interface RaceOptions {
  /** Of the author, one a process; a writer always writes through the same one. */
  authors: TestClient[];
  /** Of nobody, one a process; each reads in turn. */
  readers: TestClient[];
  authorId: string;
  /** Milliseconds; longer on a machine that is too slow for `ENOUGH` of both in that time. */
  duration: number;
  /** For so long, in milliseconds, a read may show what was there before a write through another process. */
  tolerance?: number;
}

export interface RaceResult {
  reads: number;
  writes: number;
  /** Reads that did not show what had been answered before they began. */
  stale: string[];
  /** Every answer that was no success. */
  failures: string[];
}

const WRITERS = 8;
/** Fewer would say little. */
const ENOUGH = { reads: 120, writes: 24 };
/** Milliseconds that may be added to get there. */
const OVERTIME = 20_000;
const READERS_A_CLIENT = 32;

/** Each writer writes the number of the write into the title and the tag of a post of its own: `w3v17`. */
const mark = (writer: number, write: number): string => `w${writer}v${write}`;

let races = 0;

/** Eight writers against thirty-two readers: each read must show the writes that were answered before it began. */
export async function race(options: RaceOptions): Promise<RaceResult> {
  const { authors, readers, duration } = options;
  const result: RaceResult = { reads: 0, writes: 0, stale: [], failures: [] };
  /** When which write of which writer was answered. */
  const answered: number[][] = [];
  const posts = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const post = { title: mark(writer, 0), tags: [mark(writer, 0)], content: 'Text', published: true };
      const { body } = await at(authors, writer).post(POSTS, { ...post, slug: `race-${races}-${writer}` });
      answered[writer] = [performance.now()];
      return body.id as string;
    }),
  );
  races += 1;
  const end = performance.now() + duration;
  const goesOn = (): boolean => {
    const isEnough = result.reads >= ENOUGH.reads && result.writes >= ENOUGH.writes;
    return performance.now() < (isEnough ? end : end + OVERTIME);
  };

  const write = async (writer: number): Promise<void> => {
    for (let number = 1; goesOn(); number += 1) {
      const change = { title: mark(writer, number), tags: [mark(writer, number)] };
      const answer = await at(authors, writer).patch(`${POSTS}/${posts[writer]}`, change);
      answered[writer]?.push(performance.now());
      note(answer, result, 'PATCH');
      result.writes += 1;
      // Readers are to meet a kept answer now and then.
      await sleep(Math.random() * 30);
    }
  };

  const read = async (reader: number): Promise<void> => {
    const process = reader % readers.length;
    while (goesOn()) {
      const writer = Math.floor(Math.random() * WRITERS);
      const path = pathOf(Math.floor(Math.random() * 7), { ...options, postId: posts[writer] ?? '', writer });
      const begin = performance.now();
      const answer = await at(readers, process).get(path);
      note(answer, result, path);
      result.reads += 1;
      const shown = path.includes('race') || path.includes(posts[writer] ?? '') ? [writer] : [...posts.keys()];
      for (const one of shown) {
        const isOwn = one % authors.length === process;
        const since = begin - (isOwn ? 0 : (options.tolerance ?? 0));
        const owed = (answered[one] ?? []).findLastIndex((time) => time <= since);
        const seen = seenIn(answer.text, one);
        if (seen < owed) result.stale.push(`GET ${path} at ${process}: write ${seen} of ${one}, not ${owed}`);
      }
    }
  };

  await Promise.all([
    ...posts.map((_, writer) => write(writer)),
    ...Array.from({ length: READERS_A_CLIENT }, (_, reader) => read(reader)),
  ]);
  await Promise.all(posts.map((id) => at(authors, 0).delete(`${POSTS}/${id}`)));
  return result;
}

/** The reads that may come from the cache. */
function pathOf(kind: number, { authorId, postId, writer }: { authorId: string; postId: string; writer: number }) {
  const paths = [
    `${POSTS}/${postId}`,
    `${POSTS}/race-${races - 1}-${writer}`,
    POSTS,
    `${POSTS}?sort=-updatedAt&limit=50`,
    '/api/v1/tags?limit=100',
    '/feed.xml',
    `/api/v1/users/${authorId}/posts`,
  ];
  return paths[kind] ?? POSTS;
}

/** The oldest write of a writer that an answer shows; -1 for none. */
function seenIn(text: string, writer: number): number {
  const numbers = [...text.matchAll(new RegExp(`w${writer}v(\\d+)`, 'g'))].map(([, number]) => Number(number));
  return numbers.length === 0 ? -1 : Math.min(...numbers);
}

function note({ status, text }: Answer, { failures }: RaceResult, what: string): void {
  if (status !== 200) failures.push(`${what}: ${status} ${text.slice(0, 200)}`);
}

function at<T>(list: T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('The list is empty');
  return item;
}
