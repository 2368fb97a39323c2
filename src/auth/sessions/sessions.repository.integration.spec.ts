import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { newId } from '../../common/ids/uuid.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import { PagingModule } from '../../core/paging/paging.module.js';
import { SessionsRepository, type NewSession } from './sessions.repository.js';

const START = new Date('2026-03-01T12:00:00.123Z');
const IDLE = 600;
const MAXIMUM = 3_600;

const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1_000);

/** Until a statement waits for the lock of another. */
async function untilSomebodyWaits(database: TestDatabase): Promise<void> {
  const waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while ((await database.rows(waiting)).length === 0);
}

describe('SessionsRepository on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let sessions: SessionsRepository;
  let userId: string;
  let sessionId: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([]), KeysModule, PagingModule],
      providers: [SessionsRepository],
    }).compile();
    await module.init();
    sessions = module.get(SessionsRepository);
  });

  beforeEach(async () => {
    await database.rows('TRUNCATE users CASCADE');
    [userId, sessionId] = [newId(), newId()];
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, role, sessions_valid_from, credentials_changed_at)
        VALUES ($1, 'ada@example.com', 'ada@example.com', 'ada', 'ada', 'editor', $2, $2)`,
      [userId, START],
    );
    await insert({
      id: sessionId,
      userId,
      createdAt: START,
      expiresAt: later(IDLE),
      userAgent: 'Firefox',
      ip: '2001:db8::1',
    });
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  const insert = async (session: Omit<NewSession, 'credentialsChangedAt'>, credentialsChangedAt = START) =>
    sessions.insert({ ...session, credentialsChangedAt });

  const insertAnother = async () =>
    insert({ id: newId(), userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });

  const stored = async (): Promise<Record<string, unknown> | undefined> => {
    const rows = await database.rows('SELECT * FROM sessions WHERE id = $1', [sessionId]);
    return rows[0];
  };

  const listed = async (at: number): Promise<string[]> =>
    (await sessions.pageLive(userId, later(at), { limit: 20 })).rows.map(({ id }) => id);

  describe('begins none', () => {
    afterEach(async () => expect(await database.rows('SELECT id FROM sessions')).toEqual([{ id: sessionId }]));

    it('where the credentials have changed since they were checked, and waits for a change under way', async () => {
      const other = await database.connect();
      await other.query('BEGIN');
      await other.query('UPDATE users SET credentials_changed_at = $1', [later(1)]);
      const waiting = insertAnother();
      await untilSomebodyWaits(database);
      await other.query('COMMIT');
      await other.end();
      expect(await waiting).toBeUndefined();
    });

    it('for an account that was deleted meanwhile', async () => {
      await database.rows('UPDATE users SET deleted_at = $1', [later(1)]);
      expect(await insertAnother()).toBeUndefined();
    });
  });

  it('keeps where a session began', async () => {
    expect(await stored()).toMatchObject({
      user_id: userId,
      generation: 0,
      created_at: START,
      last_used_at: START,
      expires_at: later(IDLE),
      revoked_at: null,
      user_agent: 'Firefox',
      ip: '2001:db8::1',
    });
  });

  it.each([{ ip: null }, { ip: '203.0.113.7' }, { ip: '::ffff:203.0.113.7' }])(
    'takes the address $ip',
    async ({ ip }) => {
      const id = newId();
      await insert({ id, userId, createdAt: START, expiresAt: later(1), userAgent: null, ip });
      expect(await database.rows('SELECT host(ip) AS ip FROM sessions WHERE id = $1', [id])).toEqual([{ ip }]);
    },
  );

  describe('tells the account behind a session', () => {
    const ACCOUNT = { role: 'editor', isActive: true, emailVerifiedAt: null };

    it('as it is now', async () => {
      const account = await sessions.account(sessionId, later(1));
      expect(account).toMatchObject({ id: userId, ...ACCOUNT });
      expect(JSON.stringify(account)).not.toMatch(/hash|\$2/i);
      await database.rows("UPDATE users SET role = 'user', email_verified_at = now()");
      expect(await sessions.account(sessionId, later(1))).toMatchObject({
        role: 'user',
        emailVerifiedAt: expect.any(Date),
      });
      expect(await sessions.live(sessionId, later(1))).toEqual({
        id: sessionId,
        userId,
        generation: 0,
        lastUsedAt: START,
        expiresAt: later(IDLE),
      });
    });

    it.each([
      { name: 'the session has expired', change: 'SELECT 1', at: IDLE },
      { name: 'the session was revoked', change: 'UPDATE sessions SET revoked_at = now()', at: 1 },
      { name: 'the session is gone', change: 'DELETE FROM sessions', at: 1 },
      { name: 'the account is deleted', change: 'UPDATE users SET deleted_at = now()', at: 1 },
      {
        name: 'the account accepts later sessions alone',
        change: "UPDATE users SET sessions_valid_from = sessions_valid_from + interval '1 millisecond'",
        at: 1,
      },
    ])('but not when $name', async ({ change, at }) => {
      await database.rows(change);
      expect(await sessions.account(sessionId, later(at))).toBeUndefined();
      expect(await sessions.live(sessionId, later(at))).toBeUndefined();
    });

    it('until the last moment', async () => {
      const last = new Date(later(IDLE).getTime() - 1);
      expect(await sessions.account(sessionId, last)).toBeDefined();
    });

    it('even when it is disabled, and refreshes nothing then', async () => {
      await database.rows('UPDATE users SET is_active = false');
      expect(await sessions.account(sessionId, later(1))).toMatchObject({ isActive: false });
      expect(await sessions.live(sessionId, later(1))).toBeUndefined();
    });

    it('to each who asks at the same time that of its own session', async () => {
      const [ended, open] = [newId(), newId()];
      for (const id of [ended, open])
        await insert({ id, userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });
      await sessions.revoke(ended, later(1));
      const ids = [ended, sessionId, newId(), open, ended];
      const accounts = await Promise.all(ids.map(async (id) => sessions.account(id, later(2))));
      expect(accounts.map((account) => account?.id)).toEqual([undefined, userId, undefined, userId, undefined]);
    });

    it('and of no other session', async () => {
      expect(await sessions.account(newId(), later(1))).toBeUndefined();
    });
  });

  it('counts those that are neither ended nor expired, and of very many has an idea', async () => {
    const add = (number: number, expiresAt: Date, revokedAt: Date | null = null) =>
      database.rows(
        `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, revoked_at)
          SELECT gen_random_uuid(), $1, $2, $2, $3, $4 FROM generate_series(1, $5)`,
        [userId, START, expiresAt, revokedAt, number],
      );
    await add(3, later(IDLE));
    await add(2, later(1));
    await add(2, later(IDLE), later(1));
    expect(await sessions.countActive(later(2))).toBe(4);

    await add(20_000, later(IDLE));
    await database.rows('ANALYZE sessions');
    const total = await sessions.countActive(later(2));
    expect(Math.abs(total - 20_004)).toBeLessThan(200);
  });

  describe('advance', () => {
    it('goes one generation on, and counts the idle time anew', async () => {
      expect(await sessions.advance(sessionId, 0, later(100), IDLE, MAXIMUM)).toEqual({
        id: sessionId,
        userId,
        generation: 1,
        lastUsedAt: later(100),
        expiresAt: later(100 + IDLE),
      });
    });

    it('never goes beyond the greatest age', async () => {
      expect(await sessions.advance(sessionId, 0, later(3_500), IDLE, MAXIMUM)).toMatchObject({
        expiresAt: later(MAXIMUM),
      });
    });

    it('lets exactly one of fifty win', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async () => sessions.advance(sessionId, 0, later(1), IDLE, MAXIMUM)),
      );
      expect(outcomes.filter((row) => row !== undefined)).toMatchObject([{ generation: 1 }]);
      expect(await stored()).toMatchObject({ generation: 1 });
    });

    it.each([
      { name: 'an older generation', generation: 0 },
      { name: 'a generation that is yet to come', generation: 2 },
    ])('does nothing for $name', async ({ generation }) => {
      await sessions.advance(sessionId, 0, later(1), IDLE, MAXIMUM);
      expect(await sessions.advance(sessionId, generation, later(2), IDLE, MAXIMUM)).toBeUndefined();
      expect(await stored()).toMatchObject({ generation: 1, last_used_at: later(1) });
    });

    it('does nothing for a session that was revoked', async () => {
      await sessions.revoke(sessionId, later(1));
      expect(await sessions.advance(sessionId, 0, later(2), IDLE, MAXIMUM)).toBeUndefined();
      expect(await stored()).toMatchObject({ generation: 0 });
    });

    it('moves no other session', async () => {
      const other = newId();
      await insert({ id: other, userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });
      await sessions.advance(other, 0, later(1), IDLE, MAXIMUM);
      expect(await stored()).toMatchObject({ generation: 0 });
    });
  });

  it('revokes once, at the first time, and that session alone', async () => {
    const other = newId();
    await insert({ id: other, userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });
    await sessions.revoke(sessionId, later(5));
    await sessions.revoke(sessionId, later(9));
    expect(await stored()).toMatchObject({ revoked_at: later(5) });
    expect(await sessions.account(other, later(9))).toBeDefined();
  });

  describe('of an owner', () => {
    let bob: string;
    let bobs: string;

    beforeEach(async () => {
      [bob, bobs] = [newId(), newId()];
      await database.rows(
        `INSERT INTO users (id, email, email_key, username, username_key, credentials_changed_at)
          VALUES ($1, 'bob@example.com', 'bob@example.com', 'bob', 'bob', $2)`,
        [bob, START],
      );
      await begin(bobs, bob);
    });

    const begin = async (
      id: string,
      owner: string,
      at = 0,
      userAgent: string | null = null,
    ): Promise<boolean | undefined> =>
      insert({ id, userId: owner, createdAt: later(at), expiresAt: later(at + IDLE), userAgent, ip: null });

    it('lists the live ones, the one used last first, and nobody else’s', async () => {
      const [second, third] = [newId(), newId()];
      await begin(second, userId, 2);
      await begin(third, userId, 1);
      expect(await listed(3)).toEqual([second, third, sessionId]);
      const { rows } = await sessions.pageLive(userId, later(3), { limit: 20 });
      expect(rows[2]).toEqual({
        id: sessionId,
        userAgent: 'Firefox',
        ip: '2001:db8::1',
        createdAt: START,
        lastUsedAt: START,
        expiresAt: later(IDLE),
      });
    });

    it.each([
      { name: 'has expired', change: 'SELECT 1', at: IDLE },
      { name: 'was revoked', change: 'UPDATE sessions SET revoked_at = now()', at: 1 },
    ])('does not list one that $name', async ({ change, at }) => {
      await database.rows(change);
      expect(await listed(at)).toEqual([]);
    });

    it('lists, and ends, none that the account does not accept any more, as after a reset of the password', async () => {
      await database.rows('UPDATE users SET sessions_valid_from = $1', [later(1)]);
      expect(await sessions.account(sessionId, later(2))).toBeUndefined();
      expect(await listed(2)).toEqual([]);
      expect(await sessions.revokeOwn(sessionId, userId, later(2))).toBe(false);
    });

    it('walks page by page to the end, though times tie', async () => {
      const ids = Array.from({ length: 5 }, () => newId());
      for (const id of ids) await begin(id, userId);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { rows, page } = await sessions.pageLive(userId, later(1), { limit: 2, cursor });
        seen.push(...rows.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && seen.length < 20);
      expect(seen).toEqual([...ids, sessionId].sort().toReversed());
    });

    it('ends one of one’s own once, and nobody else’s', async () => {
      expect(await sessions.revokeOwn(bobs, userId, later(1))).toBe(false);
      expect(await sessions.revokeOwn(newId(), userId, later(1))).toBe(false);
      expect(await sessions.revokeOwn(sessionId, userId, later(IDLE))).toBe(false);
      expect(await sessions.revokeOwn(sessionId, userId, later(1))).toBe(true);
      expect(await sessions.revokeOwn(sessionId, userId, later(2))).toBe(false);
      expect(await stored()).toMatchObject({ revoked_at: later(1) });
      expect(await sessions.account(bobs, later(1))).toBeDefined();
    });

    it('ends all others but the one that is kept, and nobody else’s', async () => {
      const other = newId();
      await begin(other, userId);
      await sessions.revokeOthers(userId, sessionId, later(1));
      expect(await listed(1)).toEqual([sessionId]);
      expect(await sessions.account(bobs, later(1))).toBeDefined();
      await sessions.revokeOthers(userId, null, later(2));
      expect(await listed(2)).toEqual([]);
      expect(await sessions.account(bobs, later(2))).toBeDefined();
    });

    it.each([
      { userAgent: 'Firefox', isNew: false },
      { userAgent: 'Firefox 130.0', isNew: true },
      { userAgent: 'curl', isNew: true },
      { userAgent: null, isNew: true },
    ])('takes $userAgent for a new device: $isNew', async ({ userAgent, isNew }) => {
      expect(await begin(newId(), userId, 1, userAgent)).toBe(isNew);
      expect(await begin(newId(), userId, 1, userAgent)).toBe(false);
    });

    it('takes a program of another version for the same device', async () => {
      await begin(newId(), userId, 0, 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0');
      const next = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.1) Firefox/131.1';
      expect(await begin(newId(), userId, 1, next)).toBe(false);
      const elsewhere = 'Mozilla/5.0 (Windows NT 10.0; rv:130.0) Firefox/130.0';
      expect(await begin(newId(), userId, 1, elsewhere)).toBe(true);
    });

    it('takes the first device of an account for none that is new, and an ended one for known', async () => {
      await database.rows('DELETE FROM sessions WHERE user_id = $1', [bob]);
      expect(await begin(bobs, bob, 1, 'Firefox')).toBe(false);
      await sessions.revoke(bobs, later(2));
      expect(await begin(newId(), bob, 3, 'Firefox')).toBe(false);
    });

    it('tells of sessions of any state, and of no others', async () => {
      await sessions.revoke(sessionId, later(1));
      expect(await sessions.devices([sessionId, newId()])).toMatchObject([{ id: sessionId, userAgent: 'Firefox' }]);
    });
  });
});
