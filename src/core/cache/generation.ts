import type { ContentChanges } from './content-changes.js';

/**
 * Which state of the public content an answer was made from. Every write begins a new one, and an answer is good for
 * its own alone: so what was loaded before a write is never given out after it.
 */
export abstract class Generation {
  /** @returns undefined when it cannot be told; nothing may be taken from the cache then */
  abstract current(): Promise<string | undefined>;

  /** @returns undefined where somebody else has to be asked first */
  abstract known(): string | undefined;

  /** To be called after the commit of a write and before its answer. Never throws. */
  abstract advance(): Promise<void>;
}

/** For processes that share nothing but the database: each knows its own writes at once, and is told those of others. */
export class ProcessGeneration extends Generation {
  constructor(private readonly changes: ContentChanges) {
    super();
  }

  async current(): Promise<string> {
    return this.known();
  }

  known(): string {
    return this.changes.stamp();
  }

  async advance(): Promise<void> {
    this.changes.note();
  }
}
