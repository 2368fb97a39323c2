import { Test } from '@nestjs/testing';
import { testSettings } from '../../test/support/test-settings.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { Keyring } from '../core/keys/keyring.js';
import { CredentialsService } from '../users/credentials.service.js';
import { UsersService } from '../users/users.service.js';
import { AuthService } from './auth.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { EMAIL_VERIFICATION_TTL, EmailVerificationTokens } from './tokens/email-verification-tokens.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const DEVICE = { userAgent: 'Firefox', ip: '203.0.113.7' };
const TOKENS = { access_token: 'a' };
const CONTACT = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  email: 'ada@example.com',
  sessionsValidFrom: new Date('2026-02-01T00:00:00Z'),
};

describe('AuthService', () => {
  const credentials = { check: jest.fn() };
  const users = { contact: jest.fn(), markEmailVerified: jest.fn() };
  const sessions = { start: jest.fn(), refresh: jest.fn() };

  async function serviceWith(overrides: NodeJS.ProcessEnv = {}) {
    const module = await Test.createTestingModule({
      providers: [
        AuthService,
        EmailVerificationTokens,
        Keyring,
        { provide: CredentialsService, useValue: credentials },
        { provide: UsersService, useValue: users },
        { provide: SessionsService, useValue: sessions },
        { provide: Clock, useValue: { now: () => NOW } },
        { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
      ],
    }).compile();
    return { service: module.get(AuthService), tokens: module.get(EmailVerificationTokens) };
  }

  beforeEach(() => {
    jest.resetAllMocks();
    credentials.check.mockResolvedValue({ id: 'ada', isActive: true });
    sessions.start.mockResolvedValue(TOKENS);
    sessions.refresh.mockResolvedValue(TOKENS);
    users.contact.mockResolvedValue(CONTACT);
    users.markEmailVerified.mockResolvedValue(true);
  });

  describe('login', () => {
    it.each([
      { dto: { username: 'ada' }, login: 'ada' },
      { dto: { email: 'ada@example.com' }, login: 'ada@example.com' },
      { dto: { username: 'ada', email: 'other@example.com' }, login: 'ada' },
    ])('signs $login in on this device', async ({ dto, login }) => {
      const { service } = await serviceWith();
      expect(await service.login({ ...dto, password: 'right' }, DEVICE)).toBe(TOKENS);
      expect(credentials.check).toHaveBeenCalledWith(login, 'right');
      expect(sessions.start.mock.calls).toEqual([['ada', DEVICE]]);
    });

    it.each([
      { name: 'an unknown account or a wrong password', account: undefined, code: 'INVALID_CREDENTIALS' },
      {
        name: 'a disabled account with the right password',
        account: { id: 'ada', isActive: false },
        code: 'ACCOUNT_DISABLED',
      },
    ])('refuses $name, and begins no session', async ({ account, code }) => {
      credentials.check.mockResolvedValue(account);
      const { service } = await serviceWith();
      await expect(service.login({ username: 'ada', password: 'x' }, DEVICE)).rejects.toMatchObject({ code });
      expect(sessions.start).not.toHaveBeenCalled();
    });

    it('does not look at a password while PASSWORD_GRANT is off', async () => {
      const { service } = await serviceWith({ PASSWORD_GRANT: 'off' });
      await expect(service.login({ username: 'ada', password: 'right' }, DEVICE)).rejects.toMatchObject({
        code: 'PASSWORD_GRANT_OFF',
      });
      expect(credentials.check).not.toHaveBeenCalled();
    });
  });

  describe('token', () => {
    it('takes the grant of a password', async () => {
      const { service } = await serviceWith();
      expect(await service.token({ grant_type: 'password', username: 'ada', password: 'right' }, DEVICE)).toBe(TOKENS);
      expect(sessions.start).toHaveBeenCalledWith('ada', DEVICE);
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

  describe('verifyEmail', () => {
    it('verifies the address that the mail went to', async () => {
      const { service, tokens } = await serviceWith();
      await service.verifyEmail(tokens.derive(CONTACT, NOW));
      expect(users.contact).toHaveBeenCalledWith(CONTACT.id);
      expect(users.markEmailVerified.mock.calls).toEqual([[CONTACT.id, 'ada@example.com']]);
    });

    it.each([
      { name: 'that has expired', from: new Date(NOW.getTime() - EMAIL_VERIFICATION_TTL * 1_000), contact: CONTACT },
      { name: 'of an account that is gone', from: NOW, contact: undefined },
      { name: 'of an address that was changed', from: NOW, contact: { ...CONTACT, email: 'new@example.com' } },
    ])('refuses a token $name, and verifies nothing', async ({ from, contact }) => {
      const { service, tokens } = await serviceWith();
      users.contact.mockResolvedValue(contact);
      await expect(service.verifyEmail(tokens.derive(CONTACT, from))).rejects.toMatchObject({
        code: 'VERIFICATION_TOKEN_INVALID',
      });
      expect(users.markEmailVerified).not.toHaveBeenCalled();
    });

    it('refuses a token that was used already', async () => {
      const { service, tokens } = await serviceWith();
      users.markEmailVerified.mockResolvedValue(false);
      await expect(service.verifyEmail(tokens.derive(CONTACT, NOW))).rejects.toMatchObject({
        code: 'VERIFICATION_TOKEN_INVALID',
      });
    });

    it.each(['', 'forged'])('asks nobody about the forged token "%s"', async (forged) => {
      const { service } = await serviceWith();
      await expect(service.verifyEmail(forged)).rejects.toMatchObject({ code: 'VERIFICATION_TOKEN_INVALID' });
      expect(users.contact).not.toHaveBeenCalled();
    });
  });
});
