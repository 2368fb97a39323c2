import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { inTime } from '../../common/timing/in-time.js';
import { Sql } from '../database/sql.js';
import { AppLogger } from '../logging/app-logger.js';

export type CheckState = 'up' | 'down' | 'older' | 'newer';

export interface ReadinessReport {
  status: 'ready' | 'unready';
  checks: Record<string, CheckState>;
}

/** Something that the process works with. */
export interface ReadinessCheck {
  name: string;
  /** Throws, or takes too long, when the dependency is not there. */
  run: () => Promise<void>;
  /** One that the process can do without is told of, and leaves it ready. */
  isOptional?: boolean;
}

/** A dependency that answers and is of no use: of another version than this process. */
export class OtherVersion extends Error {
  constructor(
    readonly state: 'older' | 'newer',
    message: string,
  ) {
    super(message);
  }
}

/** A check that takes longer than this, in milliseconds, counts as failed. */
const CHECK_TIMEOUT = 3_000;

/** Asks every dependency at once; modules add checks of their own when they start. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private readonly checks: ReadinessCheck[] = [];
  private stopping = false;

  constructor(
    private readonly sql: Sql,
    private readonly logger: AppLogger,
  ) {
    this.add({
      name: 'database',
      run: async () => void (await this.sql.row({ name: 'readiness.ping', text: 'SELECT 1' })),
    });
  }

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** From now on the process is unready, so that no new work is sent to it. */
  stop(): void {
    this.stopping = true;
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }

  async report(): Promise<ReadinessReport> {
    const states = await Promise.all(this.checks.map((check) => this.stateOf(check)));
    const ready = !this.stopping && this.checks.every(({ isOptional }, index) => isOptional || states[index] === 'up');
    return {
      status: ready ? 'ready' : 'unready',
      checks: Object.fromEntries(this.checks.map(({ name }, index) => [name, states[index] ?? 'down'])),
    };
  }

  private async stateOf(check: ReadinessCheck): Promise<CheckState> {
    try {
      await inTime(check.run(), CHECK_TIMEOUT);
      return 'up';
    } catch (error) {
      this.logger.warn({ err: error, check: check.name, msg: 'A readiness check failed' });
      return error instanceof OtherVersion ? error.state : 'down';
    }
  }
}
