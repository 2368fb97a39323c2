import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import type { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { Settings } from '../../core/config/settings.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { Sql } from '../../core/database/sql.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import { Keyring } from '../../core/keys/keyring.js';
import { SignInLimits, type Attempt } from './sign-in-limits.js';

const START = new Date('2026-03-01T12:00:00.123Z');
const LIMIT = 5;
const ADA = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

const attempt = (members: Partial<Attempt> = {}): Attempt => ({ ip: '203.0.113.7', account: ADA, ...members });

describe('SignInLimits on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let limits: SignInLimits;
  let seconds: number;
  let networks = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url, { LOGIN_RATE_LIMIT: String(LIMIT) })),
        DatabaseModule.forRoot([]),
        KeysModule,
      ],
      providers: [
        SignInLimits,
        { provide: Clock, useValue: { now: () => new Date(START.getTime() + seconds * 1_000) } },
      ],
    }).compile();
    await module.init();
    limits = module.get(SignInLimits);
  });

  beforeEach(async () => {
    seconds = 0;
    await database.rows('TRUNCATE sign_in_counters');
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  /** The seconds to wait where a try is refused. */
  async function refused(tried: Attempt): Promise<number | undefined> {
    return limits.admit(tried).then(
      () => undefined,
      (error: AppError) => {
        expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', status: 429 });
        return Number(error.headers['retry-after']);
      },
    );
  }

  /** Tries with the right password, so that no lock comes into it. */
  async function admitTimes(times: number, tried: Attempt): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      expect(await refused(tried)).toBeUndefined();
      await limits.forget(tried.account);
    }
  }

  /** Wrong passwords, as many, each from a network of its own; whether each would begin a series of locks. */
  async function failTimes(times: number, account = ADA): Promise<boolean[]> {
    const begun: boolean[] = [];
    for (let time = 0; time < times; time += 1) {
      networks += 1;
      begun.push(await limits.admit(attempt({ account, ip: `10.0.${networks >> 8}.${networks & 255}` })));
    }
    return begun;
  }

  describe.each([
    { name: 'an account', account: ADA },
    { name: 'an unknown account', account: 'nobody@example.com' },
  ])('for $name', ({ account }) => {
    it('admits so many tries a minute from a network, and says when there will be more', async () => {
      await admitTimes(LIMIT, attempt({ account }));
      seconds = 20;
      expect(await refused(attempt({ account }))).toBe(40);
      seconds = 59.5;
      expect(await refused(attempt({ account }))).toBe(1);
      seconds = 60;
      await admitTimes(LIMIT, attempt({ account }));
      expect(await refused(attempt({ account }))).toBe(60);
    });

    it('locks it after ten wrong passwords in a row, each time for twice as long, up to an hour', async () => {
      expect(await failTimes(9, account)).not.toContain(true);
      expect(await failTimes(1, account)).toEqual([true]);
      for (const lock of [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
        // From another network each time: the lock is the account's.
        expect(await refused(attempt({ account, ip: `198.51.100.${(lock / 60) % 250}` }))).toBe(lock);
        seconds += lock - 1;
        expect(await refused(attempt({ account, ip: `198.51.101.${(lock / 60) % 250}` }))).toBe(1);
        seconds += 1;
        // Told once for a series of locks.
        expect(await failTimes(1, account)).toEqual([false]);
      }
    });

    it('forgets the failures after the right password, and begins anew', async () => {
      await failTimes(10, account);
      expect(await refused(attempt({ account }))).toBe(60);
      await limits.forget(account);
      expect(await failTimes(9, account)).not.toContain(true);
      expect(await failTimes(1, account)).toEqual([true]);
    });

    it('forgets failures a day after the last one', async () => {
      await failTimes(9, account);
      seconds = 86_399;
      expect(await failTimes(1, account)).toEqual([true]);
      seconds += 86_400;
      expect(await failTimes(9, account)).not.toContain(true);
      expect(await refused(attempt({ account, ip: '192.0.2.1' }))).toBeUndefined();
    });
  });

  it('counts each account, and each network, by itself', async () => {
    await admitTimes(LIMIT, attempt());
    expect(await refused(attempt())).toBe(60);
    await admitTimes(LIMIT, attempt({ account: 'bob' }));
    await admitTimes(LIMIT, attempt({ ip: '203.0.113.8' }));
  });

  it('admits ten times as many from a network, whatever the account', async () => {
    for (let account = 0; account < 10; account += 1)
      await admitTimes(LIMIT, attempt({ account: `account ${account}` }));
    expect(await refused(attempt({ account: 'one more' }))).toBe(60);
    expect(await refused(attempt({ account: 'one more', ip: '203.0.113.8' }))).toBeUndefined();
    seconds = 60;
    expect(await refused(attempt({ account: 'one more' }))).toBeUndefined();
  });

  it('says when both limits of a network have ended where both are passed', async () => {
    for (let account = 0; account < 9; account += 1)
      await admitTimes(LIMIT, attempt({ account: `account ${account}` }));
    seconds = 30;
    await admitTimes(LIMIT, attempt());
    seconds = 40;
    expect(await refused(attempt())).toBe(50);
    expect(await refused(attempt({ account: 'one more' }))).toBe(20);
  });

  it('takes a /64 of IPv6 for one network, and a mapped address for what it maps', async () => {
    for (let host = 1; host <= LIMIT; host += 1) await admitTimes(1, attempt({ ip: `2001:db8:0:1::${host}` }));
    expect(await refused(attempt({ ip: '2001:db8:0:1:ffff::9' }))).toBe(60);
    expect(await refused(attempt({ ip: '2001:db8:0:2::1' }))).toBeUndefined();
    await admitTimes(LIMIT, attempt({ ip: '203.0.113.7' }));
    expect(await refused(attempt({ ip: '::ffff:203.0.113.7' }))).toBe(60);
  });

  it('counts twenty tries at once exactly', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => refused(attempt())));
    expect(outcomes.filter((wait) => wait === undefined)).toHaveLength(LIMIT);
    const counts = await database.rows<{ count: number }>('SELECT count FROM sign_in_counters ORDER BY count');
    expect(counts.map(({ count }) => count)).toEqual([LIMIT, 20, 20]);
  });

  it('counts tries of several accounts at once without a deadlock', async () => {
    const accounts = Array.from({ length: 40 }, (_, index) => `account ${index % 8}`);
    await Promise.all(accounts.map(async (account) => limits.admit(attempt({ account }))));
    const counts = await database.rows<{ count: number }>('SELECT count FROM sign_in_counters ORDER BY count');
    expect(counts.map(({ count }) => count)).toEqual([...Array.from({ length: 16 }, () => 5), 40]);
  });

  it('lets ten of forty guesses at once through, and tells of the lock once', async () => {
    const tries = Array.from({ length: 40 }, (_, host) => attempt({ ip: `198.51.100.${host}` }));
    const outcomes = await Promise.allSettled(tries.map(async (tried) => limits.admit(tried)));
    const admitted = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(admitted).toHaveLength(10);
    expect(admitted.filter(({ value }) => value)).toHaveLength(1);
  });

  it('counts confirmations by somebody who is signed in apart from sign-ins', async () => {
    await failTimes(10);
    await limits.admitConfirmation(ADA);
    for (let time = 1; time < 10; time += 1) await limits.admitConfirmation(ADA);
    await expect(limits.admitConfirmation(ADA)).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    await expect(limits.admitConfirmation('bob')).resolves.toBeUndefined();
  });

  it('locks no other account', async () => {
    await failTimes(10);
    expect(await refused(attempt({ account: 'bob' }))).toBeUndefined();
    await limits.forget('bob');
    expect(await refused(attempt())).toBe(60);
  });

  it('purges what counts nothing any more, and waits for nobody who is counting', async () => {
    await limits.admit(attempt());
    seconds = 86_401;
    await limits.admit(attempt({ account: 'bob', ip: '198.51.100.1' }));
    await database.rows('BEGIN');
    const [counting] = await database.rows<{ key: string }>(
      'SELECT key FROM sign_in_counters ORDER BY resets_at, key LIMIT 1 FOR UPDATE',
    );
    await limits.purge();
    await database.rows('ROLLBACK');
    const left = await database.rows<{ key: string }>('SELECT key FROM sign_in_counters ORDER BY resets_at, key');
    expect(left).toHaveLength(4);
    expect(left[0]).toEqual(counting);
  });

  it('keeps neither addresses nor what was typed', async () => {
    await limits.admit(attempt({ account: 'ada@example.com' }));
    const keys = await database.rows<{ key: string }>('SELECT key FROM sign_in_counters');
    expect(keys).toHaveLength(3);
    for (const { key } of keys) expect(key).toMatch(/^[\w-]{24}$/);
  });

  it('counts nothing where LOGIN_RATE_LIMIT is 0', async () => {
    const settings = testSettings(database.url, { LOGIN_RATE_LIMIT: '0' });
    const off = new SignInLimits(module.get(Sql), module.get(Keyring), settings, module.get(Clock));
    for (let time = 0; time < 20; time += 1) expect(await off.admit(attempt())).toBe(false);
    expect(await database.rows('SELECT 1 FROM sign_in_counters')).toEqual([]);
    expect(module.get(Settings).LOGIN_RATE_LIMIT).toBe(LIMIT);
  });
});
