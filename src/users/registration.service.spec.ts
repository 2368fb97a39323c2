import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { Audit } from '../core/audit/audit.js';
import { Settings } from '../core/config/settings.js';
import { Outbox } from '../core/outbox/outbox.js';
import { identityKey } from './identity.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { RegistrationService } from './registration.service.js';
import { UserInvited, UserRegistered } from './users.events.js';
import { UsersRepository, type NewUser } from './users.repository.js';

const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });
const ADA = actor('ada', 'user');
const EVE = actor('eve', 'editor');
const ROOT = actor('root', 'admin');

const NEW = { email: 'Carol@example.com', password: 'correct horse' };

/** What was inserted, as the repository does it. */
class FakeUsers {
  readonly inserted: NewUser[] = [];
  readonly taken = new Set<string>();
  readonly verified: unknown[] = [];

  insert = async (user: NewUser) => {
    if (this.taken.has(identityKey(user.username))) return undefined;
    this.inserted.push(user);
    return { ...user, emailVerifiedAt: null, createdAt: new Date(), updatedAt: new Date() };
  };

  markEmailVerified = async (...call: unknown[]) => {
    this.verified.push(call);
    return true;
  };
}

async function serviceWith({ overrides = {} }: { overrides?: NodeJS.ProcessEnv } = {}) {
  const users = new FakeUsers();
  const passwords = { hash: jest.fn(async (password: string) => `hash of ${password}`) };
  const outbox = { record: jest.fn() };
  const audit = { record: jest.fn() };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      RegistrationService,
      { provide: UsersRepository, useValue: users },
      { provide: PasswordsService, useValue: passwords },
      { provide: Outbox, useValue: outbox },
      { provide: Audit, useValue: audit },
      { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
    ],
  }).compile();
  await module.init();
  return { service: module.get(RegistrationService), users, passwords, outbox, audit };
}

describe('RegistrationService', () => {
  describe('register', () => {
    it('makes an account with the password hashed, and records that and nothing else', async () => {
      const { service, users, outbox, audit } = await serviceWith();
      const row = await service.register(undefined, { ...NEW, username: 'carol', fullName: 'Carol' });
      expect(users.inserted).toEqual([
        {
          id: row.id,
          email: 'Carol@example.com',
          username: 'carol',
          fullName: 'Carol',
          role: 'user',
          isActive: true,
          passwordHash: 'hash of correct horse',
        },
      ]);
      expect(outbox.record.mock.calls).toEqual([[new UserRegistered(row.id)]]);
      expect(audit.record.mock.calls).toEqual([['account.created', { subjectId: row.id }]]);
      expect(users.verified).toEqual([]);
    });

    it.each([
      { who: 'nobody', as: undefined, registration: 'open', code: undefined },
      { who: 'nobody', as: undefined, registration: 'closed', code: 'REGISTRATION_CLOSED' },
      { who: 'a user', as: ADA, registration: 'closed', code: 'REGISTRATION_CLOSED' },
      { who: 'an editor', as: EVE, registration: 'closed', code: 'REGISTRATION_CLOSED' },
      { who: 'an administrator', as: ROOT, registration: 'closed', code: undefined },
    ])('answers $who while registration is $registration: $code', async ({ as, registration, code }) => {
      const { service, users, outbox } = await serviceWith({ overrides: { REGISTRATION: registration } });
      const refused = await service.register(as, NEW).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      expect(refused).toBe(code);
      expect(users.inserted).toHaveLength(code ? 0 : 1);
      expect(outbox.record).toHaveBeenCalledTimes(code ? 0 : 1);
    });

    it.each([
      { who: 'nobody', as: undefined, fields: { role: 'admin' } },
      { who: 'nobody', as: undefined, fields: { role: 'user' } },
      { who: 'nobody', as: undefined, fields: { isActive: true } },
      { who: 'a user', as: ADA, fields: { role: 'admin' } },
      { who: 'an editor', as: EVE, fields: { isActive: false } },
    ] as const)('does not let $who set $fields, and hashes nothing for that', async ({ as, fields }) => {
      const { service, users, passwords } = await serviceWith();
      await expect(service.register(as, { ...NEW, ...fields })).rejects.toMatchObject({ code: 'ADMIN_FIELD' });
      expect(users.inserted).toEqual([]);
      expect(passwords.hash).not.toHaveBeenCalled();
    });

    it('lets an administrator set role and state', async () => {
      const { service, users } = await serviceWith();
      await service.register(ROOT, { ...NEW, role: 'editor', isActive: false });
      expect(users.inserted).toMatchObject([{ role: 'editor', isActive: false }]);
    });

    it.each([
      { name: 'too short', dto: { password: 'short' } },
      { name: 'among the most common', dto: { password: 'iloveyou' } },
      { name: 'the address', dto: { password: 'carol@EXAMPLE.com' } },
      { name: 'the username', dto: { username: 'carol-carol', password: 'Carol-Carol' } },
      { name: 'the name', dto: { fullName: 'Carol Smith', password: 'carol smith' } },
    ])('refuses a password that is $name', async ({ dto }) => {
      const { service, users, passwords } = await serviceWith();
      await expect(service.register(undefined, { ...NEW, ...dto })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        errors: [{ field: 'password' }],
      });
      expect(passwords.hash).not.toHaveBeenCalled();
      expect(users.inserted).toEqual([]);
    });

    it('asks for more of a password under PASSWORD_POLICY=composition', async () => {
      const { service } = await serviceWith({ overrides: { PASSWORD_POLICY: 'composition' } });
      await expect(service.register(undefined, NEW)).rejects.toMatchObject({ errors: [{ code: 'COMPOSITION' }] });
      await expect(service.register(undefined, { ...NEW, password: 'Correct horse 7' })).resolves.toHaveProperty('id');
    });

    it('refuses a username that is taken, and records nothing', async () => {
      const { service, users, outbox } = await serviceWith();
      users.taken.add('carol');
      await expect(service.register(undefined, { ...NEW, username: 'Carol' })).rejects.toMatchObject({
        code: 'USERNAME_TAKEN',
      });
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it('makes a username from the address where none is sent', async () => {
      const { service, users } = await serviceWith();
      await service.register(undefined, NEW);
      expect(users.inserted).toMatchObject([{ username: 'Carol' }]);
    });

    it('puts a number behind a username that is taken', async () => {
      const { service, users, outbox } = await serviceWith();
      users.taken.add('carol');
      await service.register(undefined, NEW);
      expect(users.inserted).toMatchObject([{ username: expect.stringMatching(/^Carol-\d{4,6}$/) }]);
      expect(outbox.record).toHaveBeenCalledTimes(1);
    });

    it('gives up after five names, and records nothing', async () => {
      const { service, users, outbox } = await serviceWith();
      const insert = jest.spyOn(users, 'insert').mockResolvedValue(undefined);
      await expect(service.register(undefined, NEW)).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
      expect(new Set(insert.mock.calls.map(([{ username }]) => username)).size).toBe(5);
      expect(outbox.record).not.toHaveBeenCalled();
    });

    describe('without a password', () => {
      const INVITED = { email: 'Carol@example.com' };

      it('invites for an administrator, hashes nothing, and records that and nothing else', async () => {
        const { service, users, passwords, outbox, audit } = await serviceWith();
        const row = await service.register(ROOT, { ...INVITED, role: 'editor' });
        expect(users.inserted).toMatchObject([{ email: 'Carol@example.com', role: 'editor', passwordHash: null }]);
        expect(outbox.record.mock.calls).toEqual([[new UserInvited(row.id)]]);
        expect(audit.record.mock.calls).toEqual([['account.created', { subjectId: row.id }]]);
        expect(passwords.hash).not.toHaveBeenCalled();
        expect(users.verified).toEqual([]);
      });

      it('invites while registration is closed', async () => {
        const { service, users } = await serviceWith({ overrides: { REGISTRATION: 'closed' } });
        await service.register(ROOT, INVITED);
        expect(users.inserted).toHaveLength(1);
      });

      it.each([
        { who: 'nobody', as: undefined },
        { who: 'a user', as: ADA },
        { who: 'an editor', as: EVE },
      ])('asks $who for one', async ({ as }) => {
        const { service, users, outbox } = await serviceWith();
        await expect(service.register(as, INVITED)).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
          errors: [{ field: 'password' }],
        });
        expect(users.inserted).toEqual([]);
        expect(outbox.record).not.toHaveBeenCalled();
      });

      it('takes an empty one for a password that is too short', async () => {
        const { service, users } = await serviceWith();
        await expect(service.register(ROOT, { ...INVITED, password: '' })).rejects.toMatchObject({
          errors: [{ code: 'TOO_SHORT' }],
        });
        expect(users.inserted).toEqual([]);
      });
    });
  });

  describe('registerVerified', () => {
    it('makes an account without a password, verified, and owes it no welcome', async () => {
      const { service, users, passwords, outbox, audit } = await serviceWith();
      const row = await service.registerVerified('Carol@example.com', 'Carol');
      expect(users.inserted).toEqual([
        {
          id: row.id,
          email: 'Carol@example.com',
          username: 'Carol',
          fullName: 'Carol',
          role: 'user',
          isActive: true,
          passwordHash: null,
        },
      ]);
      expect(users.verified).toEqual([[row.id, 'Carol@example.com', row.createdAt]]);
      expect(audit.record.mock.calls).toEqual([['account.created', { subjectId: row.id }]]);
      expect(outbox.record).not.toHaveBeenCalled();
      expect(passwords.hash).not.toHaveBeenCalled();
    });

    it('puts a number behind a username that is taken', async () => {
      const { service, users } = await serviceWith();
      users.taken.add('carol');
      await service.registerVerified('Carol@example.com', null);
      expect(users.inserted).toMatchObject([{ username: expect.stringMatching(/^Carol-\d{4,6}$/), fullName: null }]);
    });
  });
});
