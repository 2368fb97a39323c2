import { createHash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { Settings } from '../../core/config/settings.js';
import { HashingLane } from './hashing-lane.js';

/** Stands before every hash, so that the scheme can change while older hashes are still checked. */
const VERSION = 'v1:';

/** At a cost of 12 some 20 s of work for one core: longer than anybody waits. */
const MAX_WAITING = 100;

export interface PasswordCheck {
  matches: boolean;
  /** The hash was made at another cost than the present one: hash again while the password is at hand. */
  outdated: boolean;
}

/** Hashes and checks passwords, in a lane of their own that leaves a core to everything else. */
@Injectable()
export class PasswordsService {
  private readonly lane = new HashingLane(Math.max(1, availableParallelism() - 1), MAX_WAITING);
  /** Checked against when there is no account, so that its absence does not show in the time. */
  private decoy: Promise<string> | undefined;

  constructor(private readonly settings: Settings) {}

  async hash(password: string): Promise<string> {
    const hash = await this.lane.run(() => bcrypt.hash(preHash(password), this.settings.BCRYPT_COST));
    return VERSION + hash;
  }

  /** @param stored null where there is no account or it has no password; takes the same time */
  async check(password: string, stored: string | null): Promise<PasswordCheck> {
    this.decoy ??= bcrypt.hash(randomBytes(32).toString('base64'), this.settings.BCRYPT_COST);
    const hash = stored?.startsWith(VERSION) ? stored.slice(VERSION.length) : await this.decoy;
    const equal = await this.lane.run(() => bcrypt.compare(preHash(password), hash));
    const matches = equal && stored !== null;
    return { matches, outdated: matches && bcrypt.getRounds(hash) !== this.settings.BCRYPT_COST };
  }
}

/**
 * bcrypt looks at 72 bytes at most and stops at NUL. A digest in base64 has 44 bytes and none; its prefix keeps it
 * apart from plain SHA-256 digests that leaked elsewhere.
 */
const preHash = (password: string): string =>
  createHash('sha256')
    .update(`broadsheet-password:${password.normalize('NFKC')}`)
    .digest('base64');
