import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { TestDatabase } from '../../test/support/test-database.js';
import { testSettings } from '../../test/support/test-settings.js';
import type { Role } from '../common/access/role.js';
import { newId } from '../common/ids/uuid.js';
import { AuditModule } from '../core/audit/audit.module.js';
import { ClockModule } from '../core/clock/clock.module.js';
import { ConfigModule } from '../core/config/config.module.js';
import { databaseProblem } from '../core/database/database-errors.js';
import { DatabaseModule } from '../core/database/database.module.js';
import { LiveEventsModule } from '../core/live/live-events.module.js';
import { OutboxModule } from '../core/outbox/outbox.module.js';
import { KeysModule } from '../core/keys/keys.module.js';
import { PagingModule } from '../core/paging/paging.module.js';
import type { ListUsersQuery } from './dto/list-users.query.js';
import type { UserRow } from './dto/user.response.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { RegistrationService } from './registration.service.js';
import { User } from './user.entity.js';
import { UsersRepository, type NewUser } from './users.repository.js';
import { UsersService } from './users.service.js';

const NOW = new Date('2026-03-01T12:00:00.123Z');

const newUser = (username: string, members: Partial<NewUser> = {}): NewUser => ({
  id: newId(),
  email: `${username}@example.com`,
  username,
  fullName: null,
  role: 'user',
  isActive: true,
  passwordHash: null,
  ...members,
});

const query = (members: Partial<ListUsersQuery> = {}): ListUsersQuery => ({
  limit: 20,
  sort: 'username',
  deleted: false,
  ...members,
});

const actor = (id: string, role: Role) => ({ id, role, emailVerified: true, sessionId: newId() });

/** The hour in which an account of the walks was made. */
const hourOf = (username: string): string => String(Math.floor(Number(username.slice(-2)) / 4));

describe('accounts on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let users: UsersRepository;
  let transactions: TransactionHost;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url)),
        DatabaseModule.forRoot([User]),
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        ClockModule,
      ],
      providers: [UsersRepository, UsersService, RegistrationService, PasswordsService],
    }).compile();
    await module.init();
    users = module.get(UsersRepository);
    transactions = module.get(TransactionHost);
  });

  beforeEach(() => database.rows('TRUNCATE users, outbox_events, audit_events CASCADE'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  async function insert(username: string, members: Partial<NewUser> = {}): Promise<UserRow> {
    const row = await users.insert(newUser(username, members));
    if (!row) throw new Error(`The username ${username} is taken`);
    return row;
  }

  const trash = async (id: string): Promise<unknown> =>
    database.rows('UPDATE users SET deleted_at = now() WHERE id = $1', [id]);

  const names = async (members: Partial<ListUsersQuery>): Promise<string[]> =>
    (await users.page(query(members))).rows.map(({ username }) => username);

  const credentialsChangedAt = async (id: string): Promise<unknown> =>
    database.rows('SELECT credentials_changed_at FROM users WHERE id = $1', [id]);

  /** All pages one after another, with something done between them. */
  async function walk(members: Partial<ListUsersQuery>, between = async (_page: number) => {}): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 50; page += 1) {
      const { rows, page: info } = await users.page(query({ ...members, cursor }));
      seen.push(...rows.map(({ username }) => username));
      expect(info.hasMore).toBe(info.nextCursor !== null);
      if (info.nextCursor === null) return seen;
      cursor = info.nextCursor;
      await between(page);
    }
    throw new Error('The walk has no end');
  }

  describe('UsersRepository', () => {
    describe('insert and byId', () => {
      it('keeps what was typed, and gives back what is answered', async () => {
        const user = newUser('Ada', { email: 'Ada@Example.com', fullName: 'Ada Lovelace', passwordHash: 'v1:hash' });
        const row = await users.insert(user);
        expect(row).toEqual({
          id: user.id,
          username: 'Ada',
          fullName: 'Ada Lovelace',
          role: 'user',
          email: 'Ada@Example.com',
          emailVerifiedAt: null,
          isActive: true,
          createdAt: expect.any(Date),
          updatedAt: expect.any(Date),
        });
        expect(await users.byId(user.id)).toEqual(row);
      });

      it.each(['ada', 'ADA', 'ａｄａ'])('makes no row where the username is taken by "ada": %s', async (username) => {
        await insert('ada');
        expect(await users.insert(newUser(username, { email: 'other@example.com' }))).toBeUndefined();
      });

      it('lets another username be tried in the same transaction', async () => {
        await insert('ada');
        await transactions.withTransaction(async () => {
          const second = newUser('ada', { email: 'other@example.com' });
          expect(await users.insert(second)).toBeUndefined();
          expect(await users.insert({ ...second, username: 'ada2' })).toMatchObject({ username: 'ada2' });
        });
        expect(await database.rows('SELECT username FROM users ORDER BY username')).toEqual([
          { username: 'ada' },
          { username: 'ada2' },
        ]);
      });

      it.each(['ada@example.com', 'ADA@Example.COM'])('refuses the address %s when it is taken', async (email) => {
        await insert('ada');
        const error: unknown = await users.insert(newUser('other', { email })).catch((thrown: unknown) => thrown);
        expect(databaseProblem(error)?.code).toBe('EMAIL_TAKEN');
      });

      it('frees address and username once the account is deleted', async () => {
        const first = await insert('ada');
        await trash(first.id);
        const second = await insert('ada');
        expect(await users.byId(first.id)).toBeUndefined();
        expect(await users.byId(second.id)).toMatchObject({ username: 'ada' });
      });

      it('lets one of ten that sign up at once have the address', async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 10 }, async (_, index) => insert(`name${index}`, { email: 'ada@example.com' })),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const refused = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        expect(refused.map((error) => databaseProblem(error)?.code)).toEqual(refused.map(() => 'EMAIL_TAKEN'));
      });
    });

    describe('credentials', () => {
      it.each(['ada@example.com', 'Ada@EXAMPLE.com', 'ada', 'ADA'])('finds the account by %s', async (login) => {
        const { id } = await insert('ada', { passwordHash: 'v1:hash' });
        expect(await users.credentials(login)).toEqual({
          id,
          email: 'ada@example.com',
          username: 'ada',
          emailVerified: false,
          passwordHash: 'v1:hash',
          isActive: true,
          credentialsChangedAt: expect.any(Date),
        });
      });

      it('lets the address win where it is the username of somebody else', async () => {
        await insert('ada@example.com', { email: 'thief@example.com' });
        const victim = await insert('ada');
        expect(await users.credentials('ada@example.com')).toMatchObject({ id: victim.id });
      });

      it('tells of a disabled account, and not of a deleted one', async () => {
        const { id } = await insert('off', { isActive: false });
        expect(await users.credentials('off')).toMatchObject({ isActive: false });
        await trash(id);
        expect(await users.credentials('off')).toBeUndefined();
      });

      it.each(['', '%', '_da', "' OR true --"])('finds nobody by "%s"', async (login) => {
        await insert('ada');
        expect(await users.credentials(login)).toBeUndefined();
      });
    });

    it('tells how to reach those who are there, and those who are deleted for what they are', async () => {
      const [ada, gone] = [await insert('ada'), await insert('gone')];
      await trash(gone.id);
      const contacts = await users.contacts([gone.id, ada.id, newId()]);
      expect(contacts).toHaveLength(2);
      expect(contacts.find(({ id }) => id === ada.id)).toEqual({
        id: ada.id,
        email: 'ada@example.com',
        pendingEmail: null,
        username: 'ada',
        fullName: null,
        isActive: true,
        emailVerifiedAt: null,
        credentialsChangedAt: expect.any(Date),
        deletedAt: null,
        role: 'user',
      });
      expect(contacts.find(({ id }) => id === gone.id)).toMatchObject({ deletedAt: expect.any(Date) });
      expect(await users.contacts([])).toEqual([]);
    });

    it('tells how to reach whoever has an address, as they spell it, and nobody who is deleted', async () => {
      const { id } = await insert('ada', { email: 'Ada@Example.com' });
      await database.rows("UPDATE users SET pending_email = 'new@example.com'");
      expect(await users.contactByEmail('aDA@example.COM')).toMatchObject({ id, email: 'Ada@Example.com' });
      for (const other of ['new@example.com', 'ada', '%', ''])
        expect(await users.contactByEmail(other)).toBeUndefined();
      await trash(id);
      expect(await users.contactByEmail('ada@example.com')).toBeUndefined();
    });

    it('takes back out of the trash whoever is there alone', async () => {
      const [ada, gone] = [await insert('ada'), await insert('gone')];
      await trash(gone.id);
      await transactions.withTransaction(async () => {
        expect(await users.lockDeletedById(ada.id)).toBeNull();
        expect(await users.lockDeletedById(gone.id)).toMatchObject({ id: gone.id });
      });
    });

    describe('page', () => {
      const NAMES = Array.from({ length: 11 }, (_, index) => `user${String(index).padStart(2, '0')}`);

      async function insertMany(): Promise<void> {
        for (const name of NAMES) await insert(name);
        // Three moments for eleven accounts, so that ties fall on the borders of pages.
        await database.rows(
          `UPDATE users SET created_at = timestamptz '2026-03-01 12:00:00.123Z' + (right(username, 2)::int / 4) * interval '1 hour'`,
        );
      }

      it.each(['username', '-username', 'createdAt', '-createdAt'] as const)(
        'walks by %s to the end, without gap or repetition, though times tie',
        async (sort) => {
          await insertMany();
          for (const limit of [1, 2, 3, 4, 11, 12]) {
            const seen = await walk({ sort, limit });
            expect([...seen].sort()).toEqual(NAMES);
            const ordered = sort.startsWith('-') ? seen.toReversed() : seen;
            // Texts and times alike sort as texts here.
            const keys = ordered.map((name) => (sort.endsWith('username') ? name : hourOf(name)));
            expect(keys).toEqual(keys.toSorted());
          }
        },
      );

      it.each(['username', '-username', 'createdAt', '-createdAt'] as const)(
        'is not put out by %s when accounts come and go between the pages',
        async (sort) => {
          await insertMany();
          const seen = await walk({ sort, limit: 2 }, async (page) => {
            await insert(`${page % 2 ? 'aaa' : 'zzz'}${page}`);
          });
          expect(seen.filter((name) => name.startsWith('user')).sort()).toEqual(NAMES);
          expect(new Set(seen).size).toBe(seen.length);
        },
      );

      it('goes on behind an account that was deleted since', async () => {
        await insertMany();
        const { page } = await users.page(query({ limit: 3 }));
        await database.rows("UPDATE users SET deleted_at = now() WHERE username = 'user02'");
        expect(await names({ limit: 2, cursor: page.nextCursor ?? '' })).toEqual(['user03', 'user04']);
      });

      it('skips, and counts all on demand alone', async () => {
        await insertMany();
        expect(await names({ skip: 9 })).toEqual(['user09', 'user10']);
        expect(await names({ skip: 11 })).toEqual([]);
        const counted = await users.page(query({ limit: 2, skip: 4, count: 'exact' }));
        expect(counted.page).toMatchObject({ total: 11, hasMore: true });
        expect((await users.page(query())).page).not.toHaveProperty('total');
      });

      it('counts the same on every page', async () => {
        await insertMany();
        const first = await users.page(query({ limit: 4, count: 'exact' }));
        const second = await users.page(query({ limit: 4, count: 'exact', cursor: first.page.nextCursor ?? '' }));
        expect([first.page.total, second.page.total]).toEqual([11, 11]);
      });

      it.each([
        { q: 'LOVE', found: ['ada'] },
        { q: 'ad', found: ['ada', 'brad'] },
        { q: '%', found: [] },
        { q: '_', found: ['under_score'] },
        { q: '\\', found: [] },
        { q: "' OR true --", found: [] },
        { q: 'zoë', found: ['zoe'] },
        { q: 'ZOË', found: ['zoe'] },
      ])('looks for "$q" in usernames and names: $found', async ({ q, found }) => {
        await insert('ada', { fullName: 'Ada Lovelace' });
        await insert('brad');
        await insert('zoe', { fullName: 'Zoë' });
        await insert('under_score', { fullName: null });
        expect(await names({ q })).toEqual(found);
      });

      it('filters by role, and leaves deleted ones out', async () => {
        for (const role of ['user', 'editor', 'admin'] as Role[]) await insert(`an-${role}`, { role });
        await trash((await insert('gone', { role: 'editor' })).id);
        expect(await names({ role: 'editor' })).toEqual(['an-editor']);
        expect(await names({})).toEqual(['an-admin', 'an-editor', 'an-user']);
      });

      it.each([{ sort: '-username' }, { sort: 'createdAt' }, { role: 'user' }, { q: 'user' }] as const)(
        'refuses a cursor of another list: %j',
        async (other) => {
          await insertMany();
          const { page } = await users.page(query({ limit: 1 }));
          await expect(users.page(query({ ...other, limit: 1, cursor: page.nextCursor ?? '' }))).rejects.toMatchObject({
            errors: [{ field: 'cursor' }],
          });
        },
      );
    });

    it('saves an account that it locked, and notes when', async () => {
      const { id } = await insert('ada');
      await database.rows("UPDATE users SET updated_at = '2026-01-01'");
      const saved = await transactions.withTransaction(async () => {
        const user = await users.lockById(id);
        if (!user) throw new Error('It is not there');
        user.fullName = 'Ada';
        return users.save(user);
      });
      expect(saved.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
      expect(await users.byId(id)).toMatchObject({ fullName: 'Ada', updatedAt: saved.updatedAt });
    });

    it('locks nobody who is deleted', async () => {
      const { id } = await insert('ada');
      await trash(id);
      await transactions.withTransaction(async () => expect(await users.lockById(id)).toBeNull());
    });

    describe('markEmailVerified', () => {
      it('does it once', async () => {
        const { id, email } = await insert('ada');
        expect(await Promise.all([1, 2, 3, 4].map(async () => users.markEmailVerified(id, email, NOW)))).toContain(
          true,
        );
        expect(await users.markEmailVerified(id, email, NOW)).toBe(false);
        expect((await users.byId(id))?.emailVerifiedAt).toEqual(NOW);
      });

      it.each([
        { name: 'another address', email: 'other@example.com', prepare: async () => undefined },
        { name: 'a deleted account', email: 'ada@example.com', prepare: trash },
      ])('does nothing for $name', async ({ email, prepare }) => {
        const { id } = await insert('ada');
        await prepare(id);
        expect(await users.markEmailVerified(id, email, NOW)).toBe(false);
        expect(await database.rows('SELECT email_verified_at AS at FROM users')).toEqual([{ at: null }]);
      });
    });

    it('changes the hash of one account', async () => {
      const [ada] = [await insert('ada', { passwordHash: 'v1:a' }), await insert('bob', { passwordHash: 'v1:b' })];
      const before = await credentialsChangedAt(ada.id);
      await users.rehash(ada.id, 'v1:new');
      expect(await users.credentials('ada')).toMatchObject({ passwordHash: 'v1:new' });
      expect(await users.credentials('bob')).toMatchObject({ passwordHash: 'v1:b' });
      // The password is the same: no link becomes void by it.
      expect(await credentialsChangedAt(ada.id)).toEqual(before);
    });

    it('knows the administrators who can administer', async () => {
      const root = await insert('root', { role: 'admin' });
      await insert('off', { role: 'admin', isActive: false });
      await insert('eve', { role: 'editor' });
      await trash((await insert('gone', { role: 'admin' })).id);
      expect(await users.lockActiveAdministrators()).toEqual([root.id]);
    });

    it('keeps nobody from referring to accounts that are locked', async () => {
      const root = await insert('root', { role: 'admin' });
      const author = await insert('author');
      await transactions.withTransaction(async () => {
        await users.lockActiveAdministrators();
        await users.lockById(author.id);
        // Of another connection, with a limit so that it fails where it would wait.
        await database.rows(
          `WITH limited AS (SELECT set_config('lock_timeout', '500', true))
           INSERT INTO subscriptions (id, author_id, subscriber_id) SELECT $1, $2, $3 FROM limited`,
          [newId(), author.id, root.id],
        );
      });
      expect(await database.rows('SELECT subscriber_id FROM subscriptions')).toEqual([{ subscriber_id: root.id }]);
    });
  });

  describe('RegistrationService', () => {
    it('commits the account, its event and its trail together', async () => {
      const service = module.get(RegistrationService);
      const { id } = await service.register(undefined, { email: 'ada@example.com', password: 'correct horse' });
      expect(await database.rows('SELECT type, payload FROM outbox_events')).toEqual([
        { type: 'UserRegistered', payload: { userId: id } },
      ]);
      expect(await database.rows('SELECT type, subject_id FROM audit_events')).toEqual([
        { type: 'account.created', subject_id: id },
      ]);
    });

    it('leaves neither account nor event behind a sign-up that is refused', async () => {
      const service = module.get(RegistrationService);
      await insert('ada');
      await expect(
        service.register(undefined, { email: 'ada@example.com', username: 'other', password: 'correct horse' }),
      ).rejects.toMatchObject({ constraint: 'users_email_key_unique' });
      expect(await database.rows('SELECT username FROM users')).toEqual([{ username: 'ada' }]);
      expect(await database.rows('SELECT 1 FROM outbox_events')).toEqual([]);
      expect(await database.rows('SELECT 1 FROM audit_events')).toEqual([]);
    });

    it('finds a username for each of many whose addresses begin alike', async () => {
      const service = module.get(RegistrationService);
      const rows = await Promise.all(
        Array.from({ length: 8 }, async (_, index) =>
          service.register(undefined, { email: `ada@example${index}.com`, password: 'correct horse' }),
        ),
      );
      expect(new Set(rows.map(({ username }) => username)).size).toBe(8);
      expect(await database.rows('SELECT 1 FROM outbox_events')).toHaveLength(8);
    });

    it('makes an account whose address is verified, and owes it no mail', async () => {
      const { id } = await module.get(RegistrationService).registerVerified('ada@example.com', 'Ada');
      expect(await users.byId(id)).toMatchObject({ emailVerifiedAt: expect.any(Date), fullName: 'Ada' });
      expect(await users.credentials('ada')).toMatchObject({ passwordHash: null });
      expect(await database.rows('SELECT 1 FROM outbox_events')).toEqual([]);
    });
  });

  describe('UsersService', () => {
    it.each([
      {
        name: 'demote',
        change: (id: string) => async (service: UsersService, by: string) =>
          service.patch(actor(by, 'admin'), id, { role: 'user' }),
      },
      {
        name: 'remove',
        change: (id: string) => async (service: UsersService, by: string) => service.remove(actor(by, 'admin'), id),
      },
    ])('keeps one of two administrators who $name each other at the same moment', async ({ change }) => {
      const [one, other] = [await insert('one', { role: 'admin' }), await insert('other', { role: 'admin' })];
      const service = module.get(UsersService);
      const outcomes = await Promise.allSettled([change(other.id)(service, one.id), change(one.id)(service, other.id)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes).toContainEqual(
        expect.objectContaining({ reason: expect.objectContaining({ code: 'LAST_ADMINISTRATOR' }) }),
      );
      expect(await users.lockActiveAdministrators()).toHaveLength(1);
    });

    it('restores with the address, unless somebody took it meanwhile', async () => {
      const service = module.get(UsersService);
      const [root, gone] = [await insert('root', { role: 'admin' }), await insert('gone')];
      await service.remove(actor(root.id, 'admin'), gone.id);
      const other = await insert('other', { email: 'gone@example.com' });
      const error: unknown = await service.restore(gone.id).catch((thrown: unknown) => thrown);
      expect(databaseProblem(error)?.code).toBe('EMAIL_TAKEN');
      expect(await users.byId(gone.id)).toBeUndefined();
      await trash(other.id);
      expect(await service.restore(gone.id)).toMatchObject({ id: gone.id });
      expect(
        await database.rows("SELECT count(*)::int AS total FROM audit_events WHERE type = 'account.restored'"),
      ).toEqual([{ total: 1 }]);
    });

    it('tells a taken username by its own code', async () => {
      await insert('bob');
      const { id } = await insert('ada');
      const service = module.get(UsersService);
      const error: unknown = await service
        .patch(actor(id, 'user'), id, { username: 'BOB' })
        .catch((thrown: unknown) => thrown);
      expect(databaseProblem(error)?.code).toBe('USERNAME_TAKEN');
      expect(await users.byId(id)).toMatchObject({ username: 'ada' });
    });
  });
});
