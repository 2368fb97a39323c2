import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { newId } from '../../common/ids/uuid.js';
import { ConfigModule } from '../config/config.module.js';
import { runInContext } from '../context/request-context.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { PagingModule } from '../paging/paging.module.js';
import { Audit } from './audit.js';
import { AuditModule } from './audit.module.js';
import { AuditRepository } from './audit.repository.js';
import type { ListAuditEventsQuery } from './dto/list-audit-events.query.js';

const [ADA, BOB, SESSION] = [newId(), newId(), newId()];
const CONTEXT = { requestId: 'req-1', ip: '2001:db8::1', userAgent: 'curl/8.5.0', userId: BOB, sessionId: SESSION };

const query = (members: Partial<ListAuditEventsQuery> = {}): ListAuditEventsQuery => ({ limit: 20, ...members });

describe('Audit on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let audit: Audit;
  let events: AuditRepository;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url)),
        DatabaseModule.forRoot([]),
        KeysModule,
        PagingModule,
        AuditModule,
      ],
    }).compile();
    await module.init();
    audit = module.get(Audit);
    events = module.get(AuditRepository);
  });

  beforeEach(() => database.rows('TRUNCATE audit_events'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  const types = async (members: Partial<ListAuditEventsQuery>): Promise<string[]> =>
    (await events.page(query(members))).rows.map(({ type }) => type);

  it('notes who, whom, from where, and that it went well', async () => {
    await runInContext({ ...CONTEXT }, async () => audit.record('role.changed', { subjectId: ADA }));
    expect((await events.page(query())).rows).toEqual([
      {
        id: expect.any(String),
        type: 'role.changed',
        outcome: 'success',
        actorId: BOB,
        subjectId: ADA,
        sessionId: SESSION,
        ip: '2001:db8::1',
        userAgent: 'curl/8.5.0',
        requestId: 'req-1',
        createdAt: expect.any(Date),
      },
    ]);
  });

  it('notes nothing that it does not know', async () => {
    await audit.record('password.reset_requested');
    expect((await events.page(query())).rows).toMatchObject([
      {
        outcome: 'success',
        actorId: null,
        subjectId: null,
        sessionId: null,
        ip: null,
        userAgent: null,
        requestId: null,
      },
    ]);
  });

  it('takes what is said over what the request knows', async () => {
    const sessionId = newId();
    await runInContext({ ...CONTEXT }, async () =>
      audit.record('session.refresh_reused', { actorId: ADA, sessionId, outcome: 'failure' }),
    );
    expect((await events.page(query())).rows).toMatchObject([{ actorId: ADA, sessionId, outcome: 'failure' }]);
  });

  it('is there together with the change that it tells of, and goes with it', async () => {
    const transactions = module.get(TransactionHost);
    await transactions.withTransaction(async () => audit.record('account.created', { subjectId: ADA }));
    const failed = transactions.withTransaction(async () => {
      await audit.record('account.deleted', { subjectId: ADA });
      throw new Error('the change failed');
    });
    await expect(failed).rejects.toThrow('the change failed');
    expect(await types({})).toEqual(['account.created']);
  });

  describe('the list', () => {
    beforeEach(async () => {
      await audit.record('session.started', { subjectId: ADA, actorId: ADA });
      await audit.record('session.refused', { subjectId: ADA, outcome: 'failure' });
      await audit.record('role.changed', { subjectId: ADA, actorId: BOB });
      await audit.record('session.refused', { outcome: 'failure' });
      // Alike in their time, so that the ids decide.
      await database.rows("UPDATE audit_events SET created_at = '2026-03-01T12:00:00Z'");
    });

    it.each([
      { filter: {}, found: ['session.refused', 'role.changed', 'session.refused', 'session.started'] },
      { filter: { type: 'session.refused' }, found: ['session.refused', 'session.refused'] },
      { filter: { outcome: 'success' }, found: ['role.changed', 'session.started'] },
      { filter: { subject: ADA }, found: ['role.changed', 'session.refused', 'session.started'] },
      { filter: { subject: ADA, outcome: 'failure' }, found: ['session.refused'] },
      { filter: { actor: BOB }, found: ['role.changed'] },
      { filter: { actor: BOB, subject: BOB }, found: [] },
      { filter: { type: 'password.changed' }, found: [] },
    ] as const)('has, the newest first, of $filter: $found', async ({ filter, found }) => {
      expect(await types(filter)).toEqual(found);
      expect((await events.page(query({ ...filter, count: 'exact' }))).page.total).toBe(found.length);
    });

    it('is walked page by page to the end', async () => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { rows, page } = await events.page(query({ limit: 1, cursor }));
        seen.push(...rows.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && seen.length < 10);
      expect(seen).toEqual((await events.page(query())).rows.map(({ id }) => id));
      expect(new Set(seen).size).toBe(4);
    });

    it('does not go on in another list', async () => {
      const { page } = await events.page(query({ limit: 1, subject: ADA }));
      const other = events.page(query({ limit: 1, subject: BOB, cursor: page.nextCursor ?? '' }));
      await expect(other).rejects.toMatchObject({ errors: [{ field: 'cursor', code: 'INVALID_CURSOR' }] });
    });
  });
});
