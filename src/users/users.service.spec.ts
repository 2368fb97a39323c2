import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { Settings } from '../core/config/settings.js';
import { Outbox } from '../core/outbox/outbox.js';
import type { CreateUserDto } from './dto/create-user.dto.js';
import { identityKey } from './identity.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { User } from './user.entity.js';
import { UserRegistered } from './users.events.js';
import { UsersRepository, type NewUser } from './users.repository.js';
import { UsersService } from './users.service.js';

const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });
const ADA = actor('ada', 'user');
const BOB = actor('bob', 'user');
const EVE = actor('eve', 'editor');
const ROOT = actor('root', 'admin');

const NEW: CreateUserDto = { email: 'Carol@example.com', password: 'correct horse' };

const account = (id: string, role: Role, members: Partial<User> = {}): User =>
  Object.assign(new User(), {
    id,
    email: `${id}@example.com`,
    username: id,
    usernameKey: id,
    fullName: `The ${id}`,
    role,
    isActive: true,
    deletedAt: null,
    ...members,
  });

/** Accounts in memory, as the repository keeps them. */
class FakeUsers {
  readonly inserted: NewUser[] = [];
  readonly taken = new Set<string>();
  saved: User | undefined;

  constructor(readonly accounts: User[]) {}

  insert = async (user: NewUser) => {
    if (this.taken.has(identityKey(user.username))) return undefined;
    this.inserted.push(user);
    return { ...user, emailVerifiedAt: null, createdAt: new Date(), updatedAt: new Date() };
  };

  byId = async (id: string) => this.accounts.find((user) => user.id === id);
  lockById = async (id: string) => this.accounts.find((user) => user.id === id && !user.deletedAt) ?? null;
  contacts = async (ids: string[]) => this.accounts.filter(({ id }) => ids.includes(id));

  lockActiveAdministrators = async () =>
    this.accounts.filter(({ role, isActive }) => role === 'admin' && isActive).map(({ id }) => id);

  save = async (user: User) => {
    this.saved = user;
    return user;
  };
}

async function serviceWith({
  accounts = [],
  overrides = {},
}: { accounts?: User[]; overrides?: NodeJS.ProcessEnv } = {}) {
  const users = new FakeUsers(accounts);
  const passwords = { hash: jest.fn(async (password: string) => `hash of ${password}`) };
  const outbox = { record: jest.fn() };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      UsersService,
      { provide: UsersRepository, useValue: users },
      { provide: PasswordsService, useValue: passwords },
      { provide: Outbox, useValue: outbox },
      { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
    ],
  }).compile();
  await module.init();
  return { service: module.get(UsersService), users, passwords, outbox };
}

describe('UsersService', () => {
  describe('register', () => {
    it('makes an account with the password hashed, and records that and nothing else', async () => {
      const { service, users, outbox } = await serviceWith();
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
  });

  describe('patch', () => {
    it.each([
      { who: 'the owner', as: ADA },
      { who: 'an administrator', as: ROOT },
    ])('lets $who change what is sent, and nothing else', async ({ as }) => {
      const { service, users, outbox } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(as, 'ada', { username: 'Ada-L' });
      expect(users.saved).toEqual(account('ada', 'user', { username: 'Ada-L', usernameKey: 'ada-l' }));
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it.each([
      { name: 'a stranger', as: BOB, id: 'ada', dto: { fullName: 'x' }, code: 'ACCOUNT_NOT_YOURS' },
      { name: 'an editor', as: EVE, id: 'ada', dto: { fullName: 'x' }, code: 'ACCOUNT_NOT_YOURS' },
      { name: 'the owner, with a role', as: ADA, id: 'ada', dto: { role: 'admin' }, code: 'ADMIN_FIELD' },
      { name: 'the owner, with the same role', as: ADA, id: 'ada', dto: { role: 'user' }, code: 'ADMIN_FIELD' },
      { name: 'the owner, with a state', as: ADA, id: 'ada', dto: { isActive: true }, code: 'ADMIN_FIELD' },
      { name: 'a stranger, with a role', as: BOB, id: 'ada', dto: { role: 'admin' }, code: 'ACCOUNT_NOT_YOURS' },
      { name: 'an administrator, of nobody', as: ROOT, id: 'nobody', dto: {}, code: 'USER_NOT_FOUND' },
      { name: 'an administrator, of a deleted one', as: ROOT, id: 'gone', dto: {}, code: 'USER_NOT_FOUND' },
    ] as const)('refuses $name', async ({ as, id, dto, code }) => {
      const accounts = [account('ada', 'user'), account('gone', 'user', { deletedAt: new Date() })];
      const { service, users } = await serviceWith({ accounts });
      await expect(service.patch(as, id, dto)).rejects.toMatchObject({ code });
      expect(users.saved).toBeUndefined();
    });

    it('lets an administrator change role and state', async () => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(ROOT, 'ada', { role: 'editor', isActive: false });
      expect(users.saved).toMatchObject({ role: 'editor', isActive: false, username: 'ada' });
    });

    it('takes the name away where null is sent', async () => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(ADA, 'ada', { fullName: null });
      expect(users.saved?.fullName).toBeNull();
    });
  });

  describe('replace', () => {
    it('takes the name away where it is left out, and leaves role and state', async () => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'editor', { isActive: true })] });
      await service.replace(ROOT, 'ada', { username: 'ada2' });
      expect(users.saved).toMatchObject({ username: 'ada2', fullName: null, role: 'editor', isActive: true });
    });

    it('refuses a stranger', async () => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user')] });
      await expect(service.replace(BOB, 'ada', { username: 'mine' })).rejects.toMatchObject({
        code: 'ACCOUNT_NOT_YOURS',
      });
      expect(users.saved).toBeUndefined();
    });
  });

  describe('remove', () => {
    it.each([
      { who: 'the owner', as: ADA, code: undefined },
      { who: 'an administrator', as: ROOT, code: undefined },
      { who: 'a stranger', as: BOB, code: 'ACCOUNT_NOT_YOURS' },
      { who: 'an editor', as: EVE, code: 'ACCOUNT_NOT_YOURS' },
    ])('answers $who: $code', async ({ as, code }) => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user')] });
      const refused = await service.remove(as, 'ada').then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      expect(refused).toBe(code);
      expect(users.saved?.deletedAt instanceof Date).toBe(code === undefined);
    });
  });

  describe('the last administrator', () => {
    const others = [
      account('eve', 'editor'),
      account('off', 'admin', { isActive: false }),
      account('gone', 'admin', { isActive: false, deletedAt: new Date() }),
    ];

    it.each([
      { name: 'demoted', change: (service: UsersService) => service.patch(ROOT, 'root', { role: 'editor' }) },
      { name: 'deactivated', change: (service: UsersService) => service.patch(ROOT, 'root', { isActive: false }) },
      { name: 'removed', change: (service: UsersService) => service.remove(ROOT, 'root') },
      {
        name: 'demoted by replacing',
        change: (service: UsersService) => service.replace(ROOT, 'root', { username: 'root', role: 'user' }),
      },
    ])('is not $name', async ({ change }) => {
      const { service, users } = await serviceWith({ accounts: [account('root', 'admin'), ...others] });
      await expect(change(service)).rejects.toMatchObject({ code: 'LAST_ADMINISTRATOR', status: 409 });
      expect(users.saved).toBeUndefined();
    });

    it.each([
      { name: 'demoted', change: (service: UsersService) => service.patch(ROOT, 'root', { role: 'editor' }) },
      { name: 'removed', change: (service: UsersService) => service.remove(ROOT, 'root') },
    ])('is $name once there is another one', async ({ change }) => {
      const accounts = [account('root', 'admin'), account('second', 'admin'), ...others];
      const { service, users } = await serviceWith({ accounts });
      await change(service);
      expect(users.saved?.id).toBe('root');
    });

    it('may change anything else', async () => {
      const { service, users } = await serviceWith({ accounts: [account('root', 'admin')] });
      await service.patch(ROOT, 'root', { fullName: 'Root', role: 'admin', isActive: true });
      expect(users.saved?.fullName).toBe('Root');
    });

    it('does not keep one who is deactivated already from being removed', async () => {
      const { service, users } = await serviceWith({ accounts: [account('root', 'admin'), ...others] });
      await service.remove(ROOT, 'off');
      expect(users.saved?.id).toBe('off');
    });
  });

  describe('reading', () => {
    it('refuses an account that there is not', async () => {
      const { service } = await serviceWith({ accounts: [account('ada', 'user')] });
      expect(await service.byId('ada')).toMatchObject({ id: 'ada' });
      await expect(service.byId('nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND', status: 404 });
    });

    it('knows how to reach somebody, and nobody who is gone', async () => {
      const { service } = await serviceWith({ accounts: [account('ada', 'user'), account('bob', 'user')] });
      expect(await service.contact('ada')).toMatchObject({ email: 'ada@example.com' });
      expect(await service.contact('nobody')).toBeUndefined();
      expect(await service.contacts(['bob', 'nobody', 'ada'])).toHaveLength(2);
    });
  });
});
