import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import { AppError } from '../common/errors/app-error.js';
import { Audit } from '../core/audit/audit.js';
import { Settings } from '../core/config/settings.js';
import { Metrics } from '../core/metrics/metrics.js';
import { Outbox } from '../core/outbox/outbox.js';
import { CredentialsService } from '../users/credentials.service.js';
import { AccountLocked } from './auth.events.js';
import { AuthService } from './auth.service.js';
import { SignInLimits } from './lockout/sign-in-limits.js';
import { SessionsService } from './sessions/sessions.service.js';

const DEVICE = { userAgent: 'Firefox', ip: '203.0.113.7' };
const TOKENS = { access_token: 'a' };
const ADA = {
  id: 'ada',
  email: 'ada@example.com',
  username: 'ada.lovelace',
  emailVerified: true,
  passwordHash: 'v1:hash',
  isActive: true,
};

describe('AuthService', () => {
  const credentials = { find: jest.fn(), check: jest.fn() };
  const sessions = { start: jest.fn(), refresh: jest.fn() };
  const limits = { admit: jest.fn(), forget: jest.fn() };
  const audit = { record: jest.fn() };
  const outbox = { record: jest.fn() };

  async function serviceWith(overrides: NodeJS.ProcessEnv = {}) {
    const module = await Test.createTestingModule({
      imports: [
        ClsModule.forRoot({
          plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
        }),
      ],
      providers: [
        AuthService,
        { provide: CredentialsService, useValue: credentials },
        { provide: SessionsService, useValue: sessions },
        { provide: SignInLimits, useValue: limits },
        { provide: Audit, useValue: audit },
        { provide: Outbox, useValue: outbox },
        { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
        Metrics,
      ],
    }).compile();
    await module.init();
    return { service: module.get(AuthService), metrics: module.get(Metrics) };
  }

  beforeEach(() => {
    jest.resetAllMocks();
    credentials.find.mockResolvedValue(ADA);
    credentials.check.mockResolvedValue(ADA);
    limits.admit.mockResolvedValue(false);
    sessions.start.mockResolvedValue(TOKENS);
    sessions.refresh.mockResolvedValue(TOKENS);
  });

  describe('login', () => {
    it.each([
      { dto: { username: 'ada' }, login: 'ada' },
      { dto: { email: 'ada@example.com' }, login: 'ada@example.com' },
      { dto: { username: 'ada', email: 'other@example.com' }, login: 'ada' },
    ])('signs $login in on this device', async ({ dto, login }) => {
      const { service } = await serviceWith();
      expect(await service.login({ ...dto, password: 'right' }, DEVICE)).toBe(TOKENS);
      expect(credentials.find.mock.calls).toEqual([[login]]);
      expect(credentials.check.mock.calls).toEqual([[ADA, 'right']]);
      expect(sessions.start.mock.calls).toEqual([[ADA, DEVICE]]);
    });

    it('forgets the failures after the right password, and notes none', async () => {
      const { service } = await serviceWith();
      await service.login({ username: 'ada', password: 'right' }, DEVICE);
      expect(limits.forget.mock.calls).toEqual([['ada', 'ada@example.com', 'ada.lovelace']]);
      expect(audit.record).not.toHaveBeenCalled();
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it.each([
      { name: 'an unknown account', stored: undefined },
      { name: 'a wrong password', stored: ADA },
    ])('refuses $name, and begins no session', async ({ stored }) => {
      credentials.find.mockResolvedValue(stored);
      credentials.check.mockResolvedValue(undefined);
      const { service } = await serviceWith();
      await expect(service.login({ username: 'ada', password: 'x' }, DEVICE)).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
        status: 401,
      });
      // An unknown account is checked like a known one, and leaves as much behind.
      expect(credentials.check.mock.calls).toEqual([[stored, 'x']]);
      expect(limits.admit).toHaveBeenCalledTimes(1);
      expect(audit.record.mock.calls).toEqual([['session.refused', { subjectId: stored?.id, outcome: 'failure' }]]);
      expect(limits.forget).not.toHaveBeenCalled();
      expect(sessions.start).not.toHaveBeenCalled();
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it.each([
      { outcome: 'success', prepare: () => undefined },
      { outcome: 'refused', prepare: () => credentials.check.mockResolvedValue(undefined) },
      { outcome: 'limited', prepare: () => limits.admit.mockRejectedValue(new AppError('TOO_MANY_ATTEMPTS')) },
      { outcome: 'disabled', prepare: () => credentials.check.mockResolvedValue({ ...ADA, isActive: false }) },
      { outcome: 'error', prepare: () => credentials.find.mockRejectedValue(new Error('away')) },
    ])('counts an attempt with the outcome $outcome', async ({ outcome, prepare }) => {
      prepare();
      const { service, metrics } = await serviceWith();
      await service.login({ username: 'ada', password: 'x' }, DEVICE).catch(() => undefined);
      const counted = (await metrics.registry.metrics()).match(/^sign_in_attempts_total.*$/gm);
      expect(counted).toEqual([`sign_in_attempts_total{outcome="${outcome}"} 1`]);
    });

    it('refuses a disabled account with the right password, and begins no session', async () => {
      credentials.check.mockResolvedValue({ ...ADA, isActive: false });
      const { service } = await serviceWith();
      await expect(service.login({ username: 'ada', password: 'x' }, DEVICE)).rejects.toMatchObject({
        code: 'ACCOUNT_DISABLED',
      });
      expect(sessions.start).not.toHaveBeenCalled();
    });

    it.each([
      { setting: 'off', emailVerified: false, code: undefined },
      { setting: 'publish', emailVerified: false, code: undefined },
      { setting: 'login', emailVerified: false, code: 'EMAIL_NOT_VERIFIED' },
      { setting: 'login', emailVerified: true, code: undefined },
    ])(
      'with REQUIRE_VERIFIED=$setting and verified=$emailVerified: $code',
      async ({ setting, emailVerified, code }) => {
        credentials.check.mockResolvedValue({ ...ADA, emailVerified });
        const { service } = await serviceWith({ REQUIRE_VERIFIED: setting });
        const refused = await service.login({ username: 'ada', password: 'right' }, DEVICE).then(
          () => undefined,
          (error: AppError) => error.code,
        );
        expect(refused).toBe(code);
        expect(sessions.start).toHaveBeenCalledTimes(code ? 0 : 1);
      },
    );

    it.each([
      { name: 'what was typed, in one form', stored: ADA, username: 'Ada@Example.com', account: 'ada@example.com' },
      { name: 'the same where there is none', stored: undefined, username: 'NOBODY', account: 'nobody' },
      {
        name: 'the same in the other form of its characters',
        stored: undefined,
        username: 'ｎｏｂｏｄｙ',
        account: 'nobody',
      },
    ])('counts tries of an account by $name', async ({ stored, username, account }) => {
      credentials.find.mockResolvedValue(stored);
      const { service } = await serviceWith();
      await service.login({ username, password: 'x' }, DEVICE).catch(() => undefined);
      expect(limits.admit.mock.calls).toEqual([[{ ip: '203.0.113.7', account }]]);
    });

    it('hashes nothing, and notes no failure, once there were too many tries', async () => {
      limits.admit.mockRejectedValue(new AppError('TOO_MANY_ATTEMPTS'));
      const { service } = await serviceWith();
      await expect(service.login({ username: 'ada', password: 'right' }, DEVICE)).rejects.toMatchObject({
        code: 'TOO_MANY_ATTEMPTS',
      });
      expect(credentials.check).not.toHaveBeenCalled();
      expect(sessions.start).not.toHaveBeenCalled();
    });

    it.each([
      { name: 'tells its owner', stored: ADA, events: [[new AccountLocked('ada')]] },
      { name: 'records as much where there is no account', stored: undefined, events: [[new AccountLocked(null)]] },
    ])('notes when an account begins to be locked, and $name', async ({ stored, events }) => {
      credentials.find.mockResolvedValue(stored);
      credentials.check.mockResolvedValue(undefined);
      limits.admit.mockResolvedValue(true);
      const { service } = await serviceWith();
      await expect(service.login({ username: 'ada', password: 'x' }, DEVICE)).rejects.toMatchObject({
        code: 'INVALID_CREDENTIALS',
      });
      const facts = { subjectId: stored?.id, outcome: 'failure' };
      expect(audit.record.mock.calls).toEqual([
        ['session.refused', facts],
        ['account.locked', facts],
      ]);
      expect(outbox.record.mock.calls).toEqual(events);
    });

    it('does not look at a password while PASSWORD_GRANT is off', async () => {
      const { service } = await serviceWith({ PASSWORD_GRANT: 'off' });
      await expect(service.login({ username: 'ada', password: 'right' }, DEVICE)).rejects.toMatchObject({
        code: 'PASSWORD_GRANT_OFF',
      });
      expect(credentials.find).not.toHaveBeenCalled();
      expect(credentials.check).not.toHaveBeenCalled();
    });
  });

  describe('token', () => {
    it('takes the grant of a password', async () => {
      const { service } = await serviceWith();
      expect(await service.token({ grant_type: 'password', username: 'ada', password: 'right' }, DEVICE)).toBe(TOKENS);
      expect(sessions.start).toHaveBeenCalledWith(ADA, DEVICE);
    });

    it('takes the grant of a refresh token, whether or not passwords are on', async () => {
      const { service } = await serviceWith({ PASSWORD_GRANT: 'off' });
      expect(await service.token({ grant_type: 'refresh_token', refresh_token: 'r' }, DEVICE)).toBe(TOKENS);
      expect(sessions.refresh).toHaveBeenCalledWith('r');
      expect(credentials.check).not.toHaveBeenCalled();
    });

    it.each([
      { dto: { grant_type: 'password', password: 'x' }, field: 'username' },
      { dto: { grant_type: 'password', username: 'ada' }, field: 'password' },
      { dto: { grant_type: 'password', username: 'ada', password: '' }, field: 'password' },
      { dto: { grant_type: 'refresh_token' }, field: 'refresh_token' },
    ])('misses $field in $dto', async ({ dto, field }) => {
      const { service } = await serviceWith();
      await expect(service.token(dto, DEVICE)).rejects.toMatchObject({ errors: [{ field, code: 'REQUIRED' }] });
      expect(credentials.check).not.toHaveBeenCalled();
    });

    it.each(['', 'Password', 'client_credentials', 'authorization_code', 'toString'])(
      'knows no grant "%s"',
      async (grant_type) => {
        const { service } = await serviceWith();
        await expect(service.token({ grant_type, username: 'ada', password: 'x' }, DEVICE)).rejects.toMatchObject({
          code: 'UNSUPPORTED_GRANT_TYPE',
        });
      },
    );
  });
});
