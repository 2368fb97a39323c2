import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { Keyring } from '../core/keys/keyring.js';
import { Outbox } from '../core/outbox/outbox.js';
import { CredentialsService } from '../users/credentials.service.js';
import { UsersService } from '../users/users.service.js';
import { AccountLinksService } from './account-links.service.js';
import { PasswordResetRequested, VerificationRequested } from './auth.events.js';
import { SignInLimits } from './lockout/sign-in-limits.js';
import { SessionsService } from './sessions/sessions.service.js';
import { LinkTokens, type LinkPurpose } from './tokens/link-tokens.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const CONTACT = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'Ada@example.com',
  username: 'ada',
  pendingEmail: 'new@example.com',
  credentialsChangedAt: new Date('2026-02-01T00:00:00Z'),
};
const ADA: Actor = { id: CONTACT.id, role: 'user', emailVerified: true, sessionId: 'session' };
const LIVES: Record<LinkPurpose, number> = { verify: 86_400, 'change-email': 86_400, reset: 3_600, invite: 604_800 };

describe('AccountLinksService', () => {
  const credentials = {
    verifyEmail: jest.fn(),
    confirmEmailChange: jest.fn(),
    resetPassword: jest.fn(),
    confirmPassword: jest.fn(),
    changePassword: jest.fn(),
    requestEmailChange: jest.fn(),
  };
  const users = { contact: jest.fn(), contactByEmail: jest.fn() };
  const sessions = { endOthers: jest.fn() };
  const limits = { admitConfirmation: jest.fn(), forget: jest.fn() };
  const outbox = { record: jest.fn() };
  const audit = { record: jest.fn() };
  let service: AccountLinksService;
  let tokens: LinkTokens;

  beforeEach(async () => {
    jest.resetAllMocks();
    users.contact.mockResolvedValue(CONTACT);
    credentials.verifyEmail.mockResolvedValue(true);
    credentials.confirmPassword.mockResolvedValue(CONTACT);
    // As the real ones: asked again while the account is locked.
    credentials.confirmEmailChange.mockImplementation(async (_id, isStillValid) => isStillValid(CONTACT));
    credentials.resetPassword.mockImplementation(async (_id, _password, isStillValid) => isStillValid(CONTACT));
    const module = await Test.createTestingModule({
      imports: [
        ClsModule.forRoot({
          plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
        }),
      ],
      providers: [
        AccountLinksService,
        LinkTokens,
        Keyring,
        { provide: CredentialsService, useValue: credentials },
        { provide: UsersService, useValue: users },
        { provide: SessionsService, useValue: sessions },
        { provide: SignInLimits, useValue: limits },
        { provide: Outbox, useValue: outbox },
        { provide: Audit, useValue: audit },
        { provide: Clock, useValue: { now: () => NOW } },
        { provide: Settings, useValue: testSettings('postgres://localhost/x') },
      ],
    }).compile();
    await module.init();
    service = module.get(AccountLinksService);
    tokens = module.get(LinkTokens);
  });

  /** What nobody may have been asked when a link is refused. */
  function expectNothingChanged(): void {
    for (const change of Object.values(credentials)) expect(change).not.toHaveBeenCalled();
    expect(limits.forget).not.toHaveBeenCalled();
  }

  const USES = [
    {
      use: 'verifyEmail',
      purposes: ['verify', 'change-email'],
      run: async (token: string) => service.verifyEmail(token),
    },
    {
      use: 'resetPassword',
      purposes: ['reset', 'invite'],
      run: async (token: string) => service.resetPassword(token, 'correct horse'),
    },
  ] as const;

  describe('verifyEmail', () => {
    it('verifies the address that the mail went to', async () => {
      await service.verifyEmail(tokens.derive('verify', CONTACT, NOW));
      expect(users.contact).toHaveBeenCalledWith(CONTACT.id);
      expect(credentials.verifyEmail.mock.calls).toEqual([[CONTACT.id, CONTACT.email]]);
      expect(credentials.confirmEmailChange).not.toHaveBeenCalled();
    });

    it('puts the new address in place by the link that went there', async () => {
      await service.verifyEmail(tokens.derive('change-email', CONTACT, NOW));
      expect(credentials.confirmEmailChange.mock.calls).toEqual([[CONTACT.id, expect.any(Function)]]);
      expect(credentials.verifyEmail).not.toHaveBeenCalled();
    });

    it('refuses a token that was used already', async () => {
      credentials.verifyEmail.mockResolvedValue(false);
      await expect(service.verifyEmail(tokens.derive('verify', CONTACT, NOW))).rejects.toMatchObject({
        code: 'LINK_TOKEN_INVALID',
      });
    });
  });

  describe('resetPassword', () => {
    it.each(['reset', 'invite'] as const)('sets the password by a link to %s, and ends a lock', async (purpose) => {
      await service.resetPassword(tokens.derive(purpose, CONTACT, NOW), 'correct horse');
      expect(credentials.resetPassword.mock.calls).toEqual([[CONTACT.id, 'correct horse', expect.any(Function)]]);
      expect(limits.forget.mock.calls).toEqual([[CONTACT.id, 'ada@example.com', 'ada']]);
    });

    it('ends no lock where the password is refused', async () => {
      credentials.resetPassword.mockRejectedValue(new AppError('VALIDATION_FAILED'));
      await expect(service.resetPassword(tokens.derive('reset', CONTACT, NOW), 'x')).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
      expect(limits.forget).not.toHaveBeenCalled();
    });
  });

  describe.each(USES)('$use', ({ purposes, run }) => {
    it.each(
      purposes.flatMap((purpose) => [
        { purpose, before: 1 },
        { purpose, before: 0 },
      ]),
    )('takes a link to $purpose until $before seconds before its end', async ({ purpose, before }) => {
      const token = tokens.derive(purpose, CONTACT, new Date(NOW.getTime() - (LIVES[purpose] - before) * 1_000));
      const outcome = await run(token).then(
        () => undefined,
        (error: AppError) => error.code,
      );
      expect(outcome).toBe(before > 0 ? undefined : 'LINK_TOKEN_INVALID');
    });

    it.each(
      purposes.flatMap((purpose) => [
        { purpose, name: 'is gone', contact: undefined },
        { purpose, name: 'has another address', contact: { ...CONTACT, email: 'other@example.com' } },
        { purpose, name: 'has another address pending', contact: { ...CONTACT, pendingEmail: 'third@example.com' } },
        { purpose, name: 'has a new password', contact: { ...CONTACT, credentialsChangedAt: NOW } },
      ]),
    )('refuses a link to $purpose whose account $name, and changes nothing', async ({ purpose, contact }) => {
      users.contact.mockResolvedValue(contact);
      await expect(run(tokens.derive(purpose, CONTACT, NOW))).rejects.toMatchObject({
        code: 'LINK_TOKEN_INVALID',
        status: 400,
      });
      expectNothingChanged();
    });

    it('refuses links for anything else, and changes nothing', async () => {
      const others = (Object.keys(LIVES) as LinkPurpose[]).filter(
        (purpose) => !(purposes as readonly string[]).includes(purpose),
      );
      expect(others).toHaveLength(2);
      for (const purpose of others)
        await expect(run(tokens.derive(purpose, CONTACT, NOW))).rejects.toMatchObject({ code: 'LINK_TOKEN_INVALID' });
      expectNothingChanged();
    });

    it.each(['', 'forged'])('asks nobody about the forged token "%s"', async (forged) => {
      await expect(run(forged)).rejects.toMatchObject({ code: 'LINK_TOKEN_INVALID' });
      expect(users.contact).not.toHaveBeenCalled();
      expectNothingChanged();
    });

    it('refuses made-up bytes of the right length', async () => {
      const forged = Buffer.alloc(45, purposes[0] === 'verify' ? 1 : 3).toString('base64url');
      await expect(run(forged)).rejects.toMatchObject({ code: 'LINK_TOKEN_INVALID' });
    });
  });

  it.each([
    { name: 'change-email', run: async () => service.verifyEmail(tokens.derive('change-email', CONTACT, NOW)) },
    { name: 'reset', run: async () => service.resetPassword(tokens.derive('reset', CONTACT, NOW), 'correct horse') },
  ])('refuses a link to $name that was used while it waited for the lock', async ({ run }) => {
    const meanwhile = { ...CONTACT, credentialsChangedAt: NOW };
    credentials.confirmEmailChange.mockImplementation(async (_id, isStillValid) => isStillValid(meanwhile));
    credentials.resetPassword.mockImplementation(async (_id, _password, isStillValid) => isStillValid(meanwhile));
    await expect(run()).rejects.toMatchObject({ code: 'LINK_TOKEN_INVALID' });
    expect(limits.forget).not.toHaveBeenCalled();
  });

  describe('asking for a mail', () => {
    it.each([
      {
        name: 'confirmation',
        run: async () => service.requestVerification('any@example.com'),
        event: new VerificationRequested('any@example.com'),
      },
      {
        name: 'a new password',
        run: async () => service.requestPasswordReset('any@example.com'),
        event: new PasswordResetRequested('any@example.com'),
      },
    ])('records one event for $name, and looks nobody up', async ({ run, event }) => {
      await run();
      expect(outbox.record.mock.calls).toEqual([[event]]);
      expect(users.contact).not.toHaveBeenCalled();
      expect(users.contactByEmail).not.toHaveBeenCalled();
    });
  });

  describe('changes that need the password', () => {
    const CHANGES = [
      { name: 'the password', run: async () => service.changePassword(ADA, 'present', 'next') },
      { name: 'the address', run: async () => service.changeEmail(ADA, 'new@example.com', 'present') },
    ];

    it('change the password, and end the other sessions', async () => {
      await service.changePassword(ADA, 'present', 'next');
      expect(credentials.confirmPassword.mock.calls).toEqual([[ADA.id, 'present']]);
      expect(credentials.changePassword.mock.calls).toEqual([[CONTACT, 'next', 'newPassword', expect.any(Function)]]);
      // Handed over, so that both happen in one transaction.
      expect(sessions.endOthers).not.toHaveBeenCalled();
      await credentials.changePassword.mock.calls[0]?.[3]?.();
      expect(sessions.endOthers.mock.calls).toEqual([[ADA]]);
    });

    it('note the new address, and end no session', async () => {
      await service.changeEmail(ADA, 'new@example.com', 'present');
      expect(credentials.confirmPassword.mock.calls).toEqual([[ADA.id, 'present']]);
      expect(credentials.requestEmailChange.mock.calls).toEqual([[CONTACT, 'new@example.com']]);
      expect(sessions.endOthers).not.toHaveBeenCalled();
    });

    it.each(CHANGES)('leave $name as it is after a wrong one', async ({ run }) => {
      credentials.confirmPassword.mockRejectedValue(new AppError('WRONG_PASSWORD'));
      await expect(run()).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
      expect(credentials.changePassword).not.toHaveBeenCalled();
      expect(credentials.requestEmailChange).not.toHaveBeenCalled();
      expect(sessions.endOthers).not.toHaveBeenCalled();
      expect(audit.record.mock.calls).toEqual([['password.refused', { subjectId: ADA.id, outcome: 'failure' }]]);
    });

    it.each(CHANGES)('are tries like any other for $name, and check none beyond the limit', async ({ run }) => {
      limits.admitConfirmation.mockRejectedValue(new AppError('TOO_MANY_ATTEMPTS'));
      await expect(run()).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
      expect(limits.admitConfirmation.mock.calls).toEqual([[ADA.id]]);
      expect(credentials.confirmPassword).not.toHaveBeenCalled();
    });

    it('end no session where the policy refuses the new password', async () => {
      credentials.changePassword.mockRejectedValue(new AppError('VALIDATION_FAILED'));
      await expect(service.changePassword(ADA, 'present', 'x')).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
      expect(sessions.endOthers).not.toHaveBeenCalled();
    });
  });
});
