import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../../test/support/test-settings.js';
import type { Actor } from '../../common/access/actor.js';
import { Audit } from '../../core/audit/audit.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Keyring } from '../../core/keys/keyring.js';
import { Outbox } from '../../core/outbox/outbox.js';
import type { KnownAccount } from '../../users/credentials.service.js';
import { RefreshTokenReused, SignedInFromNewDevice } from '../auth.events.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { RefreshTokens } from '../tokens/refresh-tokens.js';
import { SessionsRepository, type NewSession, type SessionRow } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

const START = new Date('2026-03-01T12:00:00Z');
const SESSION = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55';
const ADA: Actor = { id: 'ada', role: 'user', emailVerified: true, sessionId: SESSION };
const DEVICE = { userAgent: 'Firefox', ip: '203.0.113.7' };

/** One session in memory, with the rules of the statements on PostgreSQL. */
class FakeSessions {
  readonly inserted: NewSession[] = [];
  readonly knownDevices: (string | null)[] = [];
  haveCredentialsChanged = false;
  revokedAt: Date | undefined;
  others: { userId: string; keptId: string | null } | undefined;
  /** Called in front of each compare-and-set: what another request does in between. */
  beforeAdvance: () => void = () => undefined;

  constructor(public row: SessionRow | undefined) {}

  insert = async (session: NewSession) => {
    if (this.haveCredentialsChanged) return undefined;
    this.inserted.push(session);
    return this.knownDevices.length > 0 && !this.knownDevices.includes(session.userAgent);
  };

  live = async (id: string, now: Date) =>
    this.row?.id === id && !this.revokedAt && this.row.expiresAt > now ? { ...this.row } : undefined;

  advance = async (id: string, generation: number, now: Date, idle: number) => {
    this.beforeAdvance();
    if (this.row?.id !== id || this.row.generation !== generation || this.revokedAt) return undefined;
    return this.set({ generation: generation + 1, lastUsedAt: now, expiresAt: later(now, idle) });
  };

  revoke = async (id: string, now: Date) => {
    if (this.row?.id !== id || this.revokedAt) return undefined;
    this.revokedAt = now;
    return this.row.userId;
  };

  revokeOwn = async (id: string, userId: string, now: Date) => {
    if (this.row?.id !== id || this.row.userId !== userId || this.revokedAt || this.row.expiresAt <= now) return false;
    this.revokedAt = now;
    return true;
  };

  revokeOthers = async (userId: string, keptId: string | null) => {
    this.others = { userId, keptId };
  };

  set(members: Partial<SessionRow>): SessionRow | undefined {
    this.row = this.row && { ...this.row, ...members };
    return this.row && { ...this.row };
  }
}

const ACCOUNT: KnownAccount = { id: 'ada', isActive: true, emailVerified: true, credentialsChangedAt: START };

const later = (time: Date, seconds: number): Date => new Date(time.getTime() + seconds * 1_000);

const session = (members: Partial<SessionRow> = {}): SessionRow => ({
  id: SESSION,
  userId: 'ada',
  generation: 5,
  lastUsedAt: START,
  expiresAt: later(START, 1_000),
  ...members,
});

async function serviceWith(row: SessionRow | undefined, overrides: NodeJS.ProcessEnv = {}) {
  const sessions = new FakeSessions(row);
  const clock = { time: START, now: () => clock.time };
  const signed: object[] = [];
  const accessTokens = {
    sign: async (content: object) => {
      signed.push(content);
      return `access token ${signed.length}`;
    },
    read: async (token: string) => (token === 'access token' ? { userId: 'ada', sessionId: SESSION } : undefined),
  };
  const audit = { record: jest.fn() };
  const outbox = { record: jest.fn() };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      SessionsService,
      RefreshTokens,
      Keyring,
      { provide: SessionsRepository, useValue: sessions },
      { provide: AccessTokens, useValue: accessTokens },
      { provide: Audit, useValue: audit },
      { provide: Outbox, useValue: outbox },
      { provide: Clock, useValue: clock },
      { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
    ],
  }).compile();
  await module.init();
  const refreshTokens = module.get(RefreshTokens);
  const token = (generation: number) => refreshTokens.derive({ sessionId: SESSION, generation });
  return { service: module.get(SessionsService), sessions, clock, signed, refreshTokens, token, audit, outbox };
}

describe('SessionsService', () => {
  describe('start', () => {
    it('begins a session and answers as RFC 6749 §5.1 asks', async () => {
      const { service, sessions, signed, refreshTokens } = await serviceWith(undefined);
      const answer = await service.start(ACCOUNT, DEVICE);
      const [{ id } = { id: '' }] = sessions.inserted;
      expect(sessions.inserted).toEqual([
        {
          ...DEVICE,
          id,
          userId: 'ada',
          createdAt: START,
          expiresAt: later(START, 2_592_000),
          credentialsChangedAt: START,
        },
      ]);
      expect(answer).toEqual({
        access_token: 'access token 1',
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: refreshTokens.derive({ sessionId: id, generation: 0 }),
        refresh_expires_in: 2_592_000,
      });
      expect(signed).toEqual([{ userId: 'ada', sessionId: id }]);
    });

    it('begins none where the password was changed while it was checked', async () => {
      const { service, sessions, audit } = await serviceWith(undefined);
      sessions.haveCredentialsChanged = true;
      await expect(service.start(ACCOUNT, DEVICE)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(audit.record).not.toHaveBeenCalled();
    });

    it('notes the beginning in the audit trail, by whom it is', async () => {
      const { service, sessions, audit } = await serviceWith(undefined);
      await service.start(ACCOUNT, DEVICE);
      const sessionId = sessions.inserted[0]?.id;
      expect(audit.record.mock.calls).toEqual([['session.started', { subjectId: 'ada', actorId: 'ada', sessionId }]]);
    });

    it.each([
      { name: 'the first device of all', known: [], isTold: false },
      { name: 'a device used before', known: ['Firefox'], isTold: false },
      { name: 'a device never used before', known: ['curl'], isTold: true },
    ])('tells the owner of $name: $isTold', async ({ known, isTold }) => {
      const { service, sessions, outbox } = await serviceWith(undefined);
      sessions.knownDevices.push(...known);
      await service.start(ACCOUNT, DEVICE);
      const event = new SignedInFromNewDevice('ada', sessions.inserted[0]?.id ?? '');
      expect(outbox.record.mock.calls).toEqual(isTold ? [[event]] : []);
    });

    it('ends it at the earlier of the two limits', async () => {
      const { service, sessions } = await serviceWith(undefined, { SESSION_MAX_AGE: '600' });
      expect(await service.start(ACCOUNT, DEVICE)).toMatchObject({ refresh_expires_in: 600 });
      expect(sessions.inserted).toMatchObject([{ expiresAt: later(START, 600) }]);
    });

    it.each([
      { userAgent: null, kept: null },
      { userAgent: 'x'.repeat(1_000), kept: 'x'.repeat(400) },
    ])('keeps of the name of a program no more than fits a list', async ({ userAgent, kept }) => {
      const { service, sessions } = await serviceWith(undefined);
      await service.start(ACCOUNT, { userAgent, ip: null });
      expect(sessions.inserted).toMatchObject([{ userAgent: kept, ip: null }]);
    });
  });

  describe('refresh', () => {
    it('exchanges the token for its successor', async () => {
      const { service, sessions, clock, token } = await serviceWith(session());
      clock.time = later(START, 60);
      expect(await service.refresh(token(5))).toMatchObject({
        refresh_token: token(6),
        refresh_expires_in: 2_592_000,
        expires_in: 900,
      });
      expect(sessions.row).toMatchObject({ generation: 6, lastUsedAt: clock.time });
      expect(sessions.revokedAt).toBeUndefined();
    });

    it.each([0, 1, 10])('gives the same successor again %d seconds later', async (seconds) => {
      const { service, sessions, clock, token, outbox } = await serviceWith(session());
      const first = await service.refresh(token(5));
      clock.time = later(START, seconds);
      const again = await service.refresh(token(5));
      expect(again.refresh_token).toBe(first.refresh_token);
      expect(sessions.row?.generation).toBe(6);
      expect(sessions.revokedAt).toBeUndefined();
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it('goes on from the successor after it was given twice', async () => {
      const { service, token } = await serviceWith(session());
      await service.refresh(token(5));
      await service.refresh(token(5));
      expect((await service.refresh(token(6))).refresh_token).toBe(token(7));
    });

    it.each([
      { name: 'the parent after the grace', generation: 4, seconds: 10.001, grace: '10' },
      { name: 'the parent without any grace', generation: 4, seconds: 0.001, grace: '0' },
      { name: 'the grandparent within the grace', generation: 3, seconds: 0, grace: '10' },
      { name: 'the very first', generation: 0, seconds: 0, grace: '10' },
    ])('ends the session for $name', async ({ generation, seconds, grace }) => {
      const { service, sessions, clock, signed, token, audit, outbox } = await serviceWith(session(), {
        REFRESH_GRACE: grace,
      });
      clock.time = later(START, seconds);
      await expect(service.refresh(token(generation))).rejects.toMatchObject({
        code: 'REFRESH_TOKEN_REUSED',
        status: 401,
        level: 'warn',
      });
      expect(sessions.revokedAt).toEqual(clock.time);
      expect(signed).toEqual([]);
      expect(outbox.record.mock.calls).toEqual([[new RefreshTokenReused('ada', SESSION)]]);
      expect(audit.record.mock.calls).toEqual([
        ['session.refresh_reused', { subjectId: 'ada', sessionId: SESSION, outcome: 'failure' }],
      ]);
      // The thief and the owner alike: nobody goes on with this session.
      await expect(service.refresh(token(5))).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
    });

    it('tells once of copies of an old token that arrive at a time, and refuses them all', async () => {
      const { service, token, audit, outbox } = await serviceWith(session());
      const copies = await Promise.allSettled([0, 1, 2].map(() => service.refresh(token(3))));
      const refused = expect.objectContaining({ code: 'REFRESH_TOKEN_REUSED' });
      expect(copies).toEqual([0, 1, 2].map(() => ({ status: 'rejected', reason: refused })));
      expect(outbox.record).toHaveBeenCalledTimes(1);
      expect(audit.record).toHaveBeenCalledTimes(1);
    });

    it('takes what the other request was given when it loses the race', async () => {
      const { service, sessions, token } = await serviceWith(session());
      sessions.beforeAdvance = () => void sessions.set({ generation: 6, lastUsedAt: START });
      expect((await service.refresh(token(5))).refresh_token).toBe(token(6));
      expect(sessions.revokedAt).toBeUndefined();
    });

    it('does not come back to life when the session is ended in between', async () => {
      const { service, sessions, signed, token } = await serviceWith(session());
      sessions.beforeAdvance = () => (sessions.revokedAt = START);
      await expect(service.refresh(token(5))).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
      expect(signed).toEqual([]);
    });

    it.each([
      { name: 'expired', row: session({ expiresAt: START }) },
      { name: 'gone', row: undefined },
      { name: 'another one', row: session({ id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56' }) },
    ])('refuses a token whose session is $name, and ends nothing', async ({ row }) => {
      const { service, sessions, token } = await serviceWith(row);
      await expect(service.refresh(token(5))).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN', status: 401 });
      expect(sessions.revokedAt).toBeUndefined();
    });

    it('refuses a token of a generation that is yet to come', async () => {
      const { service, sessions, token } = await serviceWith(session());
      await expect(service.refresh(token(6))).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
      expect(sessions.row?.generation).toBe(5);
    });

    it.each(['', 'forged', 'A'.repeat(70)])('asks nobody about the forged token "%s"', async (forged) => {
      const { service, sessions } = await serviceWith(session());
      const live = jest.spyOn(sessions, 'live');
      await expect(service.refresh(forged)).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
      expect(live).not.toHaveBeenCalled();
    });
  });

  describe('ending', () => {
    it('ends the session of whoever signs out', async () => {
      const { service, sessions, token, audit } = await serviceWith(session());
      await service.endOwn(ADA);
      expect(sessions.revokedAt).toEqual(START);
      expect(audit.record.mock.calls).toEqual([['session.ended', { subjectId: 'ada' }]]);
      await expect(service.refresh(token(5))).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
    });

    it('has none to end for the token of an outside issuer', async () => {
      const { service, sessions, audit } = await serviceWith(session());
      await service.endOwn({ ...ADA, sessionId: null });
      expect(sessions.revokedAt).toBeUndefined();
      expect(audit.record).not.toHaveBeenCalled();
    });

    it('ends one of one’s own', async () => {
      const { service, sessions, audit } = await serviceWith(session());
      await service.endOne(ADA, SESSION);
      expect(sessions.revokedAt).toEqual(START);
      expect(audit.record.mock.calls).toEqual([['session.ended', { subjectId: 'ada', sessionId: SESSION }]]);
    });

    it.each([
      { name: 'is somebody else’s', row: session({ userId: 'bob' }) },
      { name: 'has expired', row: session({ expiresAt: START }) },
      { name: 'is not there', row: undefined },
    ])('knows none that $name, and ends nothing', async ({ row }) => {
      const { service, sessions, audit } = await serviceWith(row);
      await expect(service.endOne(ADA, SESSION)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND', status: 404 });
      expect(sessions.revokedAt).toBeUndefined();
      expect(audit.record).not.toHaveBeenCalled();
    });

    it.each([
      { name: 'keeps the one that asks', sessionId: SESSION },
      { name: 'keeps none for the token of an outside issuer', sessionId: null },
    ])('ends all others, and $name', async ({ sessionId }) => {
      const { service, sessions, audit } = await serviceWith(session());
      await service.endOthers({ ...ADA, sessionId });
      expect(sessions.others).toEqual({ userId: 'ada', keptId: sessionId });
      expect(audit.record.mock.calls).toEqual([['session.ended', { subjectId: 'ada' }]]);
    });

    it('ends the session of a refresh token that is revoked, of whatever generation', async () => {
      const { service, sessions, token } = await serviceWith(session());
      await service.revokeToken(token(4));
      expect(sessions.revokedAt).toEqual(START);
    });

    it('ends the session of an access token that is revoked', async () => {
      const { service, sessions } = await serviceWith(session());
      await service.revokeToken('access token');
      expect(sessions.revokedAt).toEqual(START);
    });

    it.each(['', 'forged', 'A'.repeat(70)])('ends nothing by the foreign token "%s"', async (foreign) => {
      const { service, sessions } = await serviceWith(session());
      await expect(service.revokeToken(foreign)).resolves.toBeUndefined();
      expect(sessions.revokedAt).toBeUndefined();
    });
  });
});
