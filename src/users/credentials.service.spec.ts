import { Test } from '@nestjs/testing';
import { testSettings } from '../../test/support/test-settings.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { CredentialsService } from './credentials.service.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { UsersRepository, type CredentialsRow } from './users.repository.js';

const row = (members: Partial<CredentialsRow> = {}): CredentialsRow => ({
  id: 'ada',
  email: 'ada@example.com',
  username: 'ada',
  emailVerified: true,
  passwordHash: 'v1:hash',
  isActive: true,
  credentialsChangedAt: new Date('2026-02-01T00:00:00Z'),
  ...members,
});

describe('CredentialsService', () => {
  const users = { credentials: jest.fn(), contacts: jest.fn(), rehash: jest.fn() };
  const passwords = { check: jest.fn(), hash: jest.fn() };
  const outbox = { record: jest.fn() };
  const live = { record: jest.fn() };
  const audit = { record: jest.fn() };
  let credentials: CredentialsService;

  beforeEach(async () => {
    jest.resetAllMocks();
    const module = await Test.createTestingModule({
      providers: [
        CredentialsService,
        { provide: UsersRepository, useValue: users },
        { provide: PasswordsService, useValue: passwords },
        { provide: Outbox, useValue: outbox },
        { provide: LiveEvents, useValue: live },
        { provide: Audit, useValue: audit },
        { provide: Settings, useValue: testSettings('postgres://localhost/x') },
        { provide: Clock, useValue: { now: () => new Date('2026-03-01T12:00:00Z') } },
      ],
    }).compile();
    credentials = module.get(CredentialsService);
  });

  it('looks somebody up, and judges nothing by that', async () => {
    users.credentials.mockResolvedValue(row());
    expect(await credentials.find('Ada')).toEqual(row());
    expect(users.credentials.mock.calls).toEqual([['Ada']]);
    expect(passwords.check).not.toHaveBeenCalled();
  });

  it('tells who somebody is after the right password', async () => {
    passwords.check.mockResolvedValue({ matches: true, outdated: false });
    expect(await credentials.check(row(), 'right')).toMatchObject({ id: 'ada', isActive: true, emailVerified: true });
    expect(passwords.check).toHaveBeenCalledWith('right', 'v1:hash');
    expect(users.rehash).not.toHaveBeenCalled();
  });

  it('tells of a disabled account too, whose answer comes after the password', async () => {
    passwords.check.mockResolvedValue({ matches: true, outdated: false });
    expect(await credentials.check(row({ isActive: false }), 'right')).toMatchObject({ id: 'ada', isActive: false });
  });

  it.each([
    { name: 'an unknown account', account: undefined },
    { name: 'an account without a password', account: row({ passwordHash: null }) },
  ])('checks a password for $name too, so that the time is the same', async ({ account }) => {
    passwords.check.mockResolvedValue({ matches: false, outdated: false });
    expect(await credentials.check(account, 'any')).toBeUndefined();
    expect(passwords.check.mock.calls).toEqual([['any', null]]);
  });

  it('does not know anybody by a wrong password', async () => {
    passwords.check.mockResolvedValue({ matches: false, outdated: false });
    expect(await credentials.check(row(), 'wrong')).toBeUndefined();
    expect(users.rehash).not.toHaveBeenCalled();
  });

  it('hashes again at the present cost while the password is at hand, and tells nobody of that', async () => {
    passwords.check.mockResolvedValue({ matches: true, outdated: true });
    passwords.hash.mockResolvedValue('v1:new');
    await credentials.check(row({ passwordHash: 'v1:old' }), 'right');
    expect(passwords.hash).toHaveBeenCalledWith('right');
    expect(users.rehash.mock.calls).toEqual([['ada', 'v1:new']]);
    expect(outbox.record).not.toHaveBeenCalled();
    expect(audit.record).not.toHaveBeenCalled();
  });

  describe('confirmPassword', () => {
    beforeEach(() => {
      users.contacts.mockResolvedValue([{ id: 'ada', email: 'ada@example.com', deletedAt: null }]);
      users.credentials.mockResolvedValue(row());
    });

    it('takes the right password', async () => {
      passwords.check.mockResolvedValue({ matches: true, outdated: false });
      await expect(credentials.confirmPassword('ada', 'right')).resolves.toEqual(row());
      expect(users.credentials).toHaveBeenCalledWith('ada@example.com');
    });

    it('refuses a wrong one by a status that does not sign out', async () => {
      passwords.check.mockResolvedValue({ matches: false, outdated: false });
      await expect(credentials.confirmPassword('ada', 'wrong')).rejects.toMatchObject({
        code: 'WRONG_PASSWORD',
        status: 403,
      });
    });

    it.each([
      { name: 'is not there', contacts: [] },
      { name: 'is deleted', contacts: [{ id: 'ada', email: 'ada@example.com', deletedAt: new Date() }] },
    ])('checks nothing for an account that $name', async ({ contacts }) => {
      users.contacts.mockResolvedValue(contacts);
      await expect(credentials.confirmPassword('ada', 'right')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
      expect(passwords.check).not.toHaveBeenCalled();
    });
  });

  it.each([
    { password: 'short', code: 'TOO_SHORT' },
    { password: 'iloveyou', code: 'TOO_COMMON' },
    { password: 'Ada@Example.com', code: 'OWN_WORD' },
  ])(
    'refuses the new password "$password" as $code, names its field, and hashes nothing',
    async ({ password, code }) => {
      users.contacts.mockResolvedValue([{ id: 'ada', email: 'ada@example.com', username: 'ada', deletedAt: null }]);
      await expect(
        credentials.changePassword(row(), password, 'newPassword', async () => undefined),
      ).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        errors: [{ field: 'newPassword', code }],
      });
      await expect(credentials.resetPassword('ada', password, () => true)).rejects.toMatchObject({
        errors: [{ field: 'password', code }],
      });
      expect(passwords.hash).not.toHaveBeenCalled();
    },
  );
});
