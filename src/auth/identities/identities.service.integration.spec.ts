import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { newId } from '../../common/ids/uuid.js';
import { AuditModule } from '../../core/audit/audit.module.js';
import { ClockModule } from '../../core/clock/clock.module.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import { LiveEventsModule } from '../../core/live/live-events.module.js';
import { OutboxModule } from '../../core/outbox/outbox.module.js';
import { PagingModule } from '../../core/paging/paging.module.js';
import { User } from '../../users/user.entity.js';
import { UsersModule } from '../../users/users.module.js';
import { IdentitiesRepository } from './identities.repository.js';
import { IdentitiesService } from './identities.service.js';
import type { OutsideClaims } from './outside-tokens.js';

const claims = (members: Partial<OutsideClaims> = {}): OutsideClaims => ({
  issuer: 'https://id.example',
  subject: 'ada-there',
  email: 'Ada@example.com',
  emailVerified: true,
  name: 'Ada Lovelace',
  ...members,
});

describe('IdentitiesService on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let identities: IdentitiesService;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url)),
        DatabaseModule.forRoot([User]),
        ClockModule,
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        UsersModule,
      ],
      providers: [IdentitiesService, IdentitiesRepository],
    }).compile();
    await module.init();
    identities = module.get(IdentitiesService);
  });

  beforeEach(() => database.rows('TRUNCATE users, identities, outbox_events, audit_events CASCADE'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  async function account(verified: boolean): Promise<string> {
    const id = newId();
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, role, email_verified_at)
        VALUES ($1, 'ada@example.com', 'ada@example.com', 'ada', 'ada', 'editor', $2)`,
      [id, verified ? new Date() : null],
    );
    return id;
  }

  const links = async (): Promise<unknown[]> => database.rows('SELECT issuer, subject, user_id FROM identities');
  const accounts = async (): Promise<unknown[]> => database.rows('SELECT email, password_hash FROM users');

  it('makes an account the first time, verified and without a password, and owes it no mail', async () => {
    const made = await identities.accountOf(claims());
    expect(made).toMatchObject({ role: 'user', isActive: true, emailVerifiedAt: expect.any(Date) });
    expect(await accounts()).toEqual([{ email: 'Ada@example.com', password_hash: null }]);
    expect(await links()).toEqual([{ issuer: 'https://id.example', subject: 'ada-there', user_id: made?.id }]);
    expect(await database.rows('SELECT type, subject_id FROM audit_events')).toEqual([
      { type: 'account.created', subject_id: made?.id },
    ]);
    expect(await database.rows('SELECT 1 FROM outbox_events')).toEqual([]);
  });

  it('finds it by the name there ever after, whatever becomes of the address', async () => {
    const made = await identities.accountOf(claims());
    const other = claims({ email: 'new@example.com', emailVerified: false, name: undefined });
    expect(await identities.accountOf(other)).toEqual(made);
    expect(await accounts()).toHaveLength(1);
  });

  it.each([
    { here: true, there: true, linked: true },
    { here: true, there: false, linked: false },
    { here: false, there: true, linked: false },
    { here: false, there: false, linked: false },
  ])('links an account verified here ($here) and there ($there): $linked', async ({ here, there, linked }) => {
    const id = await account(here);
    const found = await identities.accountOf(claims({ emailVerified: there }));
    expect(found?.id).toBe(linked ? id : undefined);
    expect(await links()).toHaveLength(linked ? 1 : 0);
    expect(await accounts()).toHaveLength(1);
  });

  it('takes the role from here, where it links', async () => {
    await account(true);
    expect(await identities.accountOf(claims())).toMatchObject({ role: 'editor' });
  });

  it.each([
    { name: 'none', email: undefined, emailVerified: true },
    { name: 'one that nobody verified', email: 'ada@example.com', emailVerified: false },
    { name: 'what is none', email: 'not-an-address', emailVerified: true },
    { name: 'a list', email: 'a@example.com, b@example.com', emailVerified: true },
    { name: 'one with a name', email: 'Ada <ada@example.com>', emailVerified: true },
    { name: 'one with a line break', email: 'ada@example.com\nBcc: x@example.com', emailVerified: true },
    { name: 'an empty one', email: '', emailVerified: true },
  ])('makes no account for the address $name', async ({ email, emailVerified }) => {
    expect(await identities.accountOf(claims({ email, emailVerified }))).toBeUndefined();
    expect(await accounts()).toEqual([]);
    expect(await links()).toEqual([]);
  });

  it.each([
    { name: 'the same name at another issuer', other: { issuer: 'https://other.example', email: 'b@example.com' } },
    { name: 'another name', other: { subject: 'bob-there', email: 'b@example.com' } },
    { name: 'a name spelled otherwise', other: { subject: 'ADA-THERE', email: 'b@example.com' } },
  ])('keeps $name apart', async ({ other }) => {
    const ada = await identities.accountOf(claims());
    const bob = await identities.accountOf(claims(other));
    expect(bob?.id).not.toBe(ada?.id);
    expect(await links()).toHaveLength(2);
  });

  it('lets nobody in whose account is deleted, nor makes another', async () => {
    await identities.accountOf(claims());
    await database.rows('UPDATE users SET deleted_at = now()');
    expect(await identities.accountOf(claims())).toBeUndefined();
    expect(await accounts()).toHaveLength(1);
  });

  it('tells of a disabled account, for its own answer', async () => {
    await identities.accountOf(claims());
    await database.rows('UPDATE users SET is_active = false');
    expect(await identities.accountOf(claims())).toMatchObject({ isActive: false });
  });

  it('makes one account for ten first requests at once', async () => {
    const found = await Promise.all(Array.from({ length: 10 }, async () => identities.accountOf(claims())));
    expect(new Set(found.map((row) => row?.id)).size).toBe(1);
    expect(found[0]).toBeDefined();
    expect(await accounts()).toHaveLength(1);
    expect(await links()).toHaveLength(1);
  });

  // Makes an account, or fails in the database, today: see the report.
  it.each([
    { name: 'quotes, which sign-up refuses', claimed: { email: '"a b"@example.com' } },
    { name: 'another script, which sign-up refuses', claimed: { email: 'ada@exämple.com' } },
    { name: 'NUL in the subject', claimed: { subject: 'a\0b' } },
  ])('makes no account for $name', async ({ claimed }) => {
    expect(await identities.accountOf(claims(claimed))).toBeUndefined();
  });

  it('makes an account though there is NUL in the name', async () => {
    expect(await identities.accountOf(claims({ name: 'Ada\0' }))).toBeDefined();
  });
});
