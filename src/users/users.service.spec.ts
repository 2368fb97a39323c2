import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { User } from './user.entity.js';
import { RoleChanged, UserDeleted } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });
const ADA = actor('ada', 'user');
const BOB = actor('bob', 'user');
const EVE = actor('eve', 'editor');
const ROOT = actor('root', 'admin');

const NOW = new Date('2026-03-01T12:00:00Z');

const account = (id: string, role: Role, members: Partial<User> = {}): User =>
  Object.assign(new User(), {
    id,
    email: `${id}@example.com`,
    username: id,
    usernameKey: id,
    fullName: `The ${id}`,
    role,
    isActive: true,
    sessionsValidFrom: null,
    deletedAt: null,
    ...members,
  });

/** Accounts in memory, as the repository keeps them. */
class FakeUsers {
  saved: User | undefined;

  constructor(readonly accounts: User[]) {}

  byId = async (id: string) => this.accounts.find((user) => user.id === id);
  lockById = async (id: string) => this.accounts.find((user) => user.id === id && !user.deletedAt) ?? null;
  lockDeletedById = async (id: string) => this.accounts.find((user) => user.id === id && user.deletedAt) ?? null;
  page = jest.fn(async () => ({ rows: [], page: { limit: 20, hasMore: false, nextCursor: null } }));

  contactByEmail = async (email: string) => this.accounts.find((user) => user.email === email && !user.deletedAt);
  contacts = async (ids: string[]) => this.accounts.filter(({ id }) => ids.includes(id));

  lockActiveAdministrators = async () =>
    this.accounts.filter(({ role, isActive }) => role === 'admin' && isActive).map(({ id }) => id);

  save = async (user: User) => {
    this.saved = user;
    return user;
  };
}

async function serviceWith({ accounts = [] }: { accounts?: User[] } = {}) {
  const users = new FakeUsers(accounts);
  const outbox = { record: jest.fn() };
  const live = { record: jest.fn() };
  const audit = { record: jest.fn() };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      UsersService,
      { provide: UsersRepository, useValue: users },
      { provide: Outbox, useValue: outbox },
      { provide: LiveEvents, useValue: live },
      { provide: Audit, useValue: audit },
      { provide: Clock, useValue: { now: () => NOW } },
    ],
  }).compile();
  await module.init();
  return { service: module.get(UsersService), users, outbox, audit };
}

describe('UsersService', () => {
  describe('patch', () => {
    it.each([
      { who: 'the owner', as: ADA },
      { who: 'an administrator', as: ROOT },
    ])('lets $who change what is sent, and nothing else', async ({ as }) => {
      const { service, users, outbox, audit } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(as, 'ada', { username: 'Ada-L' });
      expect(users.saved).toEqual(account('ada', 'user', { username: 'Ada-L', usernameKey: 'ada-l' }));
      expect(audit.record.mock.calls).toEqual([['account.changed', { subjectId: 'ada' }]]);
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
      const { service, users, outbox, audit } = await serviceWith({ accounts });
      await expect(service.patch(as, id, dto)).rejects.toMatchObject({ code });
      expect(users.saved).toBeUndefined();
      expect(outbox.record).not.toHaveBeenCalled();
      expect(audit.record).not.toHaveBeenCalled();
    });

    it('lets an administrator change role and state', async () => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(ROOT, 'ada', { role: 'editor', isActive: false });
      expect(users.saved).toMatchObject({ role: 'editor', isActive: false, username: 'ada' });
    });

    it.each([
      { role: 'editor', audited: 'role.changed', events: [new RoleChanged('ada')] },
      { role: 'user', audited: 'account.changed', events: [] },
    ] as const)('tells of the role $role where it is another one', async ({ role, audited, events }) => {
      const { service, outbox, audit } = await serviceWith({ accounts: [account('ada', 'user')] });
      await service.patch(ROOT, 'ada', { role });
      expect(audit.record.mock.calls).toEqual([[audited, { subjectId: 'ada' }]]);
      expect(outbox.record.mock.calls.flat()).toEqual(events);
    });

    it.each([
      { name: 'one that was disabled', isActive: false, dto: { isActive: true }, validFrom: NOW },
      { name: 'one that was active all along', isActive: true, dto: { isActive: true }, validFrom: null },
      { name: 'one whose name alone changes', isActive: false, dto: { fullName: 'x' }, validFrom: null },
    ])('lets the sessions stay ended of $name: $validFrom', async ({ isActive, dto, validFrom }) => {
      const { service, users } = await serviceWith({ accounts: [account('ada', 'user', { isActive })] });
      await service.patch(ROOT, 'ada', dto);
      expect(users.saved?.sessionsValidFrom).toEqual(validFrom);
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
      const { service, users, outbox, audit } = await serviceWith({ accounts: [account('ada', 'user')] });
      const refused = await service.remove(as, 'ada').then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      expect(refused).toBe(code);
      expect(users.saved?.deletedAt).toEqual(code ? undefined : NOW);
      expect(users.saved?.sessionsValidFrom).toEqual(code ? undefined : NOW);
      expect(outbox.record.mock.calls).toEqual(code ? [] : [[new UserDeleted('ada')]]);
      expect(audit.record.mock.calls).toEqual(code ? [] : [['account.deleted', { subjectId: 'ada' }]]);
    });
  });

  describe('restore', () => {
    it('takes an account out of the trash, and its sessions stay ended', async () => {
      const deleted = { deletedAt: NOW, sessionsValidFrom: NOW };
      const { service, users, outbox, audit } = await serviceWith({ accounts: [account('ada', 'user', deleted)] });
      await service.restore('ada');
      expect(users.saved).toMatchObject({ id: 'ada', deletedAt: null, sessionsValidFrom: NOW });
      expect(audit.record.mock.calls).toEqual([['account.restored', { subjectId: 'ada' }]]);
      expect(outbox.record).not.toHaveBeenCalled();
    });

    it.each(['ada', 'nobody'])('finds no %s in the trash', async (id) => {
      const { service, users, audit } = await serviceWith({ accounts: [account('ada', 'user')] });
      await expect(service.restore(id)).rejects.toMatchObject({ code: 'USER_NOT_FOUND', status: 404 });
      expect(users.saved).toBeUndefined();
      expect(audit.record).not.toHaveBeenCalled();
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
      expect(await service.contactByEmail('bob@example.com')).toMatchObject({ id: 'bob' });
      expect(await service.contactByEmail('nobody@example.com')).toBeUndefined();
    });

    it('knows how to reach one who is deleted among many alone, for the last mail', async () => {
      const { service } = await serviceWith({ accounts: [account('gone', 'user', { deletedAt: NOW })] });
      expect(await service.contact('gone')).toBeUndefined();
      expect(await service.contacts(['gone'])).toMatchObject([{ id: 'gone' }]);
    });

    it.each([
      { who: 'a user', as: ADA, deleted: false, code: undefined },
      { who: 'a user', as: ADA, deleted: true, code: 'ROLE_REQUIRED' },
      { who: 'an editor', as: EVE, deleted: true, code: 'ROLE_REQUIRED' },
      { who: 'an administrator', as: ROOT, deleted: true, code: undefined },
    ])('answers $who who asks for deleted ones ($deleted): $code', async ({ as, deleted, code }) => {
      const { service, users } = await serviceWith();
      const query = { limit: 20, sort: 'username', deleted } as const;
      const refused = await service.page(as, query).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      expect(refused).toBe(code);
      expect(users.page).toHaveBeenCalledTimes(code ? 0 : 1);
    });
  });
});
