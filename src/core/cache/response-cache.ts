import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Settings } from '../config/settings.js';
import { databaseProblem } from '../database/database-errors.js';
import { Metrics } from '../metrics/metrics.js';
import { Generation } from './generation.js';

/** An answer as bytes, with the headers that belong to it. */
export interface CachedAnswer {
  headers: Record<string, string>;
  body: Buffer;
}

interface Entry {
  generation: string;
  answer: CachedAnswer;
}

/** Bytes. */
const MAX_SIZE = 32 * 1_048_576;
const MAX_ANSWER = 2 * 1_048_576;

/** Answers that are the same for everybody, for as long as their generation lasts. Of equal requests that miss at the same time one is loaded. */
@Injectable()
export class ResponseCache {
  private readonly entries = new LRUCache<string, Entry>({
    maxSize: MAX_SIZE,
    maxEntrySize: MAX_ANSWER,
    sizeCalculation: ({ answer }) => answer.body.length + 1_000,
  });
  private readonly loading = new Map<string, Promise<CachedAnswer | undefined>>();
  readonly isOn: boolean;
  private readonly reads;

  constructor(
    private readonly generation: Generation,
    settings: Settings,
    metrics: Metrics,
  ) {
    this.isOn = settings.RESPONSE_CACHE;
    this.reads = metrics.counter(
      'response_cache_reads_total',
      'Reads of the response cache: hit, miss, coalesced (another request was loading it), bypassed (Redis is away)',
      ['outcome'],
    );
  }

  /**
   * @param load makes the answer; undefined where it is not for everybody, which then only this caller gets
   * @returns undefined where `load` made none, or another caller's did
   */
  async read(key: string, load: () => Promise<CachedAnswer | undefined>): Promise<CachedAnswer | undefined> {
    if (!this.isOn) return load();
    const generation = await this.generation.current();
    if (generation === undefined) {
      this.reads.inc({ outcome: 'bypassed' });
      return load();
    }
    return this.keptOf(key, generation) ?? this.loadOnce(key, generation, load);
  }

  /** What there is, where that can be told without waiting: as a rule of what is read often. */
  kept(key: string): CachedAnswer | undefined {
    const generation = this.isOn ? this.generation.known() : undefined;
    return generation === undefined ? undefined : this.keptOf(key, generation);
  }

  private keptOf(key: string, generation: string): CachedAnswer | undefined {
    const entry = this.entries.get(key);
    if (entry?.generation !== generation) return undefined;
    this.reads.inc({ outcome: 'hit' });
    return entry.answer;
  }

  /** To be called after the commit of a write and before its answer. */
  async invalidate(): Promise<void> {
    if (this.isOn) await this.generation.advance();
  }

  private async loadOnce(
    key: string,
    generation: string,
    load: () => Promise<CachedAnswer | undefined>,
  ): Promise<CachedAnswer | undefined> {
    const place = `${generation} ${key}`;
    const others = this.loading.get(place);
    const theirs = others && (await others.catch(failureForOne));
    this.reads.inc({ outcome: theirs ? 'coalesced' : 'miss' });
    if (theirs) return theirs;
    const own = load();
    this.loading.set(place, own);
    try {
      const answer = await own;
      if (answer) this.entries.set(key, { generation, answer });
      return answer;
    } finally {
      if (this.loading.get(place) === own) this.loading.delete(place);
    }
  }
}

/**
 * What fails for another caller says nothing to this one, unless the database is away: all who have waited would ask it
 * at once then, and wait once more.
 */
function failureForOne(error: unknown): undefined {
  if (databaseProblem(error)?.code === 'SERVICE_UNAVAILABLE') throw error;
}
