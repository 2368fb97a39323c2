import { Injectable } from '@nestjs/common';
import { inTime } from '../../common/timing/in-time.js';
import { Clock } from '../../core/clock/clock.js';
import { isHardened, Settings } from '../../core/config/settings.js';
import { Readiness } from '../../core/health/readiness.js';
import { VERSION } from '../../core/openapi/version.js';
import { OutboxRepository } from '../../core/outbox/outbox.repository.js';

/** `late`: it is there and does not keep up. */
type PartState = 'up' | 'late' | 'down';

export interface Part {
  state: PartState;
  /** For people; has figures, so that it is left out in production. */
  detail?: string;
}

export interface StatusReport {
  version: string;
  status: PartState;
  parts: Record<string, Part>;
}

interface PartReader {
  name: string;
  read: () => Promise<Part>;
}

/** What waits for longer is not being worked off, in seconds: a worker that is well takes milliseconds. */
export const LATE = 30;
/** A part that takes longer to answer, in milliseconds, is down. */
const PATIENCE = 2_000;
/** Milliseconds for which a report is good: nobody can make the database work by looking at it. */
const GOOD_FOR = 2_000;

/** What runs here and whether it does, for the landing page. */
@Injectable()
export class SystemStatus {
  private readonly readers: PartReader[] = [];
  private last: Promise<StatusReport> | undefined;
  private goodUntil = 0;

  constructor(
    private readonly readiness: Readiness,
    private readonly outbox: OutboxRepository,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.add({ name: 'workers', read: () => this.workers() });
  }

  /** To be called before the process has started. */
  add(reader: PartReader): void {
    this.readers.push(reader);
  }

  /** Takes about three seconds at most, whatever is away; of all who ask at a time one is answered for. */
  async report(): Promise<StatusReport> {
    const now = this.clock.now().getTime();
    if (this.last && now < this.goodUntil) return this.last;
    this.goodUntil = now + GOOD_FOR;
    this.last = this.read();
    return this.last;
  }

  private async read(): Promise<StatusReport> {
    const [{ checks }, ...others] = await Promise.all([
      this.readiness.report(),
      ...this.readers.map(async (reader) => [reader.name, await this.part(reader)] as const),
    ]);
    const found = Object.entries(checks).map(([name, state]) => [name, partOf(state)] as const);
    const parts: Record<string, Part> = Object.fromEntries([...found, ...others]);
    const states = new Set(Object.values(parts).map(({ state }) => state));
    const status = (['down', 'late'] as const).find((state) => states.has(state)) ?? 'up';
    return { version: VERSION, status, parts };
  }

  private async part({ read }: PartReader): Promise<Part> {
    try {
      const { state, detail } = await inTime(read(), PATIENCE);
      return isHardened(this.settings) || detail === undefined ? { state } : { state, detail };
    } catch {
      // Why is in the log: what it needs is a check of the readiness as well.
      return { state: 'down' };
    }
  }

  private async workers(): Promise<Part> {
    const { relays, overdue } = await this.outbox.relays();
    if (relays === 0) return { state: 'down', detail: 'none is connected' };
    return { state: overdue > LATE ? 'late' : 'up', detail: `${relays} connected` };
  }
}

/** A schema of another version is none that can be worked with. */
const partOf = (state: string): Part => (state === 'up' ? { state } : { state: 'down', detail: state });
