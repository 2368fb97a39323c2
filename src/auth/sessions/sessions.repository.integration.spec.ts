import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { newId } from '../../common/ids/uuid.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { SessionsRepository } from './sessions.repository.js';

const START = new Date('2026-03-01T12:00:00.123Z');
const IDLE = 600;
const MAXIMUM = 3_600;

const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1_000);

describe('SessionsRepository on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let sessions: SessionsRepository;
  let userId: string;
  let sessionId: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([])],
      providers: [SessionsRepository],
    }).compile();
    await module.init();
    sessions = module.get(SessionsRepository);
  });

  beforeEach(async () => {
    await database.rows('TRUNCATE users CASCADE');
    [userId, sessionId] = [newId(), newId()];
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, role, sessions_valid_from)
        VALUES ($1, 'ada@example.com', 'ada@example.com', 'ada', 'ada', 'editor', $2)`,
      [userId, START],
    );
    await sessions.insert({
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

  const stored = async (): Promise<Record<string, unknown> | undefined> => {
    const rows = await database.rows('SELECT * FROM sessions WHERE id = $1', [sessionId]);
    return rows[0];
  };

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
      await sessions.insert({ id, userId, createdAt: START, expiresAt: later(1), userAgent: null, ip });
      expect(await database.rows('SELECT host(ip) AS ip FROM sessions WHERE id = $1', [id])).toEqual([{ ip }]);
    },
  );

  describe('tells the account behind a session', () => {
    const ACCOUNT = { role: 'editor', isActive: true, emailVerified: false };

    it('as it is now', async () => {
      expect(await sessions.account(sessionId, later(1))).toEqual({ id: userId, ...ACCOUNT });
      await database.rows("UPDATE users SET role = 'user', email_verified_at = now()");
      expect(await sessions.account(sessionId, later(1))).toMatchObject({ role: 'user', emailVerified: true });
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

    it('and of no other session', async () => {
      expect(await sessions.account(newId(), later(1))).toBeUndefined();
    });
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
      await sessions.insert({ id: other, userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });
      await sessions.advance(other, 0, later(1), IDLE, MAXIMUM);
      expect(await stored()).toMatchObject({ generation: 0 });
    });
  });

  it('revokes once, at the first time, and that session alone', async () => {
    const other = newId();
    await sessions.insert({ id: other, userId, createdAt: START, expiresAt: later(IDLE), userAgent: null, ip: null });
    await sessions.revoke(sessionId, later(5));
    await sessions.revoke(sessionId, later(9));
    expect(await stored()).toMatchObject({ revoked_at: later(5) });
    expect(await sessions.account(other, later(9))).toBeDefined();
  });
});
