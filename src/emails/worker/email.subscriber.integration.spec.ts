import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import {
  AccountLocked,
  PasswordResetRequested,
  RefreshTokenReused,
  SignedInFromNewDevice,
  VerificationRequested,
} from '../../auth/auth.events.js';
import { newId } from '../../common/ids/uuid.js';
import { AuditModule } from '../../core/audit/audit.module.js';
import { ClockModule } from '../../core/clock/clock.module.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import type { AfterCommit } from '../../core/outbox/on-event.decorator.js';
import { LiveEventsModule } from '../../core/live/live-events.module.js';
import { OutboxModule } from '../../core/outbox/outbox.module.js';
import { PagingModule } from '../../core/paging/paging.module.js';
import { User } from '../../users/user.entity.js';
import {
  EmailChanged,
  EmailChangeRequested,
  PasswordChanged,
  RoleChanged,
  UserDeleted,
  UserInvited,
  UserRegistered,
} from '../../users/users.events.js';
import { UsersModule } from '../../users/users.module.js';
import { EmailsRepository } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';
import { EmailSubscriber } from './email.subscriber.js';

const [ADA, SESSION] = [newId(), newId()];
const ADDRESS = 'Ada@example.com';
const PENDING = 'new@example.com';

type Handle = (subscriber: EmailSubscriber) => Promise<AfterCommit | void>;

/** What each event owes, to whom, and what the letter is told; nothing else is owed. */
const EVENTS: { name: string; handle: Handle; owed: { kind: string; to: string; facts?: object }[] }[] = [
  {
    name: 'UserRegistered',
    handle: (on) => on.welcome(new UserRegistered(ADA)),
    owed: [{ kind: 'welcome', to: ADDRESS }],
  },
  { name: 'UserInvited', handle: (on) => on.invite(new UserInvited(ADA)), owed: [{ kind: 'invitation', to: ADDRESS }] },
  {
    name: 'VerificationRequested',
    handle: (on) => on.verify(new VerificationRequested('aDA@example.com')),
    owed: [{ kind: 'verify', to: ADDRESS }],
  },
  {
    name: 'PasswordResetRequested',
    handle: (on) => on.resetPassword(new PasswordResetRequested('aDA@example.com')),
    owed: [{ kind: 'password-reset', to: ADDRESS }],
  },
  {
    name: 'PasswordChanged',
    handle: (on) => on.passwordChanged(new PasswordChanged(ADA)),
    owed: [{ kind: 'password-changed', to: ADDRESS }],
  },
  {
    name: 'EmailChangeRequested',
    handle: (on) => on.emailChangeRequested(new EmailChangeRequested(ADA)),
    owed: [
      { kind: 'email-change', to: PENDING },
      { kind: 'email-change-notice', to: ADDRESS },
    ],
  },
  {
    name: 'EmailChanged',
    handle: (on) => on.emailChanged(new EmailChanged(ADA, 'former@example.com')),
    owed: [{ kind: 'email-changed', to: 'former@example.com' }],
  },
  {
    name: 'RoleChanged',
    handle: (on) => on.roleChanged(new RoleChanged(ADA)),
    owed: [{ kind: 'role-changed', to: ADDRESS }],
  },
  {
    name: 'SignedInFromNewDevice',
    handle: (on) => on.newSignIn(new SignedInFromNewDevice(ADA, SESSION)),
    owed: [{ kind: 'new-sign-in', to: ADDRESS, facts: { sessionId: SESSION } }],
  },
  {
    name: 'RefreshTokenReused',
    handle: (on) => on.refreshReused(new RefreshTokenReused(ADA, SESSION)),
    owed: [{ kind: 'refresh-reused', to: ADDRESS, facts: { sessionId: SESSION } }],
  },
  {
    name: 'AccountLocked',
    handle: (on) => on.accountLocked(new AccountLocked(ADA)),
    owed: [{ kind: 'account-locked', to: ADDRESS }],
  },
  {
    name: 'UserDeleted',
    handle: (on) => on.accountDeleted(new UserDeleted(ADA)),
    owed: [{ kind: 'account-deleted', to: ADDRESS }],
  },
];

/** What anybody may ask for, as often as they like. */
const ASKED = EVENTS.filter(({ name }) => name.endsWith('Requested'));

describe('EmailSubscriber on PostgreSQL', () => {
  const add = jest.fn();
  let database: TestDatabase;
  let module: TestingModule;
  let subscriber: EmailSubscriber;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url, { DATABASE_POOL_MAX: '20' })),
        DatabaseModule.forRoot([User]),
        ClockModule,
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        UsersModule,
      ],
      providers: [EmailSubscriber, EmailsRepository, { provide: EmailQueue, useValue: { add } }],
    }).compile();
    await module.init();
    subscriber = module.get(EmailSubscriber);
  });

  beforeEach(async () => {
    add.mockReset();
    await database.rows('TRUNCATE users CASCADE');
    await database.rows(
      `INSERT INTO users (id, email, email_key, pending_email, username, username_key)
        VALUES ($1, $2, lower($2), $3, 'ada', 'ada')`,
      [ADA, ADDRESS, PENDING],
    );
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  /** As the relay does: in a transaction of its own, and what is left to do after the commit. */
  async function deliver(handle: Handle): Promise<void> {
    const afterCommit = await module.get(TransactionHost).withTransaction(async () => handle(subscriber));
    if (afterCommit) await afterCommit();
  }

  const owed = async (): Promise<{ id: string; kind: string; to: string; facts: object }[]> =>
    database.rows('SELECT id, kind, to_address AS to, facts FROM emails ORDER BY kind');

  const kinds = async (): Promise<string[]> => (await owed()).map(({ kind }) => kind);

  it.each(EVENTS)('owes for $name what it owes, and nothing else', async ({ handle, owed: expected }) => {
    await deliver(handle);
    const rows = await owed();
    expect(rows.map(({ kind, to, facts }) => ({ kind, to, facts }))).toEqual(
      expected.map((mail) => ({ ...mail, facts: { ...mail.facts, credentialsChangedAt: expect.any(String) } })),
    );
    const jobs = add.mock.calls.map(([{ id }]: [{ id: string }]) => id);
    expect(jobs.sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  const toDeleted = new Set(['UserDeleted', 'EmailChanged']);

  it.each(EVENTS.filter(({ name }) => !toDeleted.has(name)))(
    'owes nothing for $name to an account that is deleted',
    async ({ handle }) => {
      await database.rows('UPDATE users SET deleted_at = now()');
      await deliver(handle);
      expect(await owed()).toEqual([]);
      expect(add).not.toHaveBeenCalled();
    },
  );

  it('tells of the deletion whoever was deleted', async () => {
    await database.rows('UPDATE users SET deleted_at = now()');
    await deliver((on) => on.accountDeleted(new UserDeleted(ADA)));
    expect(await kinds()).toEqual(['account-deleted']);
  });

  it.each([
    {
      name: 'an unknown address asks for confirmation',
      handle: (on) => on.verify(new VerificationRequested('x@example.com')),
    },
    {
      name: 'an unknown address asks for a password',
      handle: (on) => on.resetPassword(new PasswordResetRequested('x@example.com')),
    },
    {
      name: 'an address that is pending alone asks for a password',
      handle: (on) => on.resetPassword(new PasswordResetRequested(PENDING)),
    },
    { name: 'somebody asks by a username', handle: (on) => on.resetPassword(new PasswordResetRequested('ada')) },
    { name: 'an account that is not there registered', handle: (on) => on.welcome(new UserRegistered(newId())) },
  ] satisfies { name: string; handle: Handle }[])('owes nothing when $name', async ({ handle }) => {
    await deliver(handle);
    expect(await owed()).toEqual([]);
    expect(add).not.toHaveBeenCalled();
  });

  it.each([
    { name: 'is verified already', change: 'email_verified_at = now()', handle: EVENTS[2] },
    { name: 'is disabled', change: 'is_active = false', handle: EVENTS[3] },
    { name: 'has withdrawn the new one', change: 'pending_email = NULL', handle: EVENTS[5] },
  ])('owes nothing to an address that $name', async ({ change, handle }) => {
    await database.rows(`UPDATE users SET ${change}`);
    await deliver(async (on) => handle?.handle(on));
    expect(await owed()).toEqual([]);
  });

  it.each(ASKED)(
    'owes three mails of a kind an hour for $name, one after the other',
    async ({ handle, owed: expected }) => {
      for (let time = 0; time < 5; time += 1) await deliver(handle);
      expect(await kinds()).toEqual(expected.flatMap(({ kind }) => [kind, kind, kind]));
      await database.rows("UPDATE emails SET created_at = created_at - interval '1 hour'");
      await deliver(handle);
      expect(await owed()).toHaveLength(expected.length * 4);
    },
  );

  it.each(ASKED)('owes three for $name, however many come at once', async ({ handle, owed: expected }) => {
    await Promise.all(Array.from({ length: 12 }, async () => deliver(handle)));
    expect(await kinds()).toEqual(expected.flatMap(({ kind }) => [kind, kind, kind]));
    expect(add).toHaveBeenCalledTimes(expected.length * 3);
  });

  it('counts each kind by itself', async () => {
    for (const { handle } of ASKED) for (let time = 0; time < 4; time += 1) await deliver(handle);
    expect(await owed()).toHaveLength(3 * 4);
  });

  it('passes over no notice of security, however many there are', async () => {
    for (let time = 0; time < 5; time += 1) await deliver((on) => on.passwordChanged(new PasswordChanged(ADA)));
    expect(await owed()).toHaveLength(5);
  });
});
