import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Transactional, TransactionHost } from '@nestjs-cls/transactional';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { until } from '../../../test/support/program.js';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { ConfigModule } from '../config/config.module.js';
import { databaseProblem } from './database-errors.js';
import { databaseTimeouts } from './data-source.js';
import { DatabaseModule } from './database.module.js';
import { Sql } from './sql.js';

const INSERT = { name: 'notes.insert', text: 'INSERT INTO notes (text) VALUES ($1) RETURNING text' };
const ALL = { name: 'notes.all', text: 'SELECT text FROM notes ORDER BY text' };
const BACKEND = { name: 'backend', text: 'SELECT pg_backend_pid() AS pid' };

@Injectable()
class Notes {
  constructor(private readonly sql: Sql) {}

  @Transactional()
  async add(texts: string[], failure?: Error): Promise<number[]> {
    const backends: number[] = [];
    for (const text of texts) {
      await this.sql.rows(INSERT, [text]);
      const row = await this.sql.row<{ pid: number }>(BACKEND);
      if (row) backends.push(row.pid);
    }
    if (failure) throw failure;
    return backends;
  }
}

describe('Sql', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let sql: Sql;
  let notes: Notes;

  beforeAll(async () => {
    database = await TestDatabase.create();
    await database.rows('CREATE TABLE notes (text text)');
  });

  async function open(overrides: NodeJS.ProcessEnv = {}): Promise<void> {
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url, overrides)), DatabaseModule.forRoot([])],
      providers: [Notes],
    }).compile();
    await module.init();
    sql = module.get(Sql);
    notes = module.get(Notes);
  }

  beforeEach(async () => {
    await database.rows('TRUNCATE notes');
    await open();
  });

  afterEach(() => module.close());
  afterAll(() => database.drop());

  const stored = async (): Promise<string[]> =>
    (await database.rows<{ text: string }>(ALL.text)).map(({ text }) => text);

  const prepared = async () =>
    sql.rows<{ name: string }>({ name: 'prepared', text: 'SELECT name FROM pg_prepared_statements' });

  /** Inside of a transaction, so that all run on the connection whose statements are looked at. */
  const inTransaction = async <T>(work: () => Promise<T>): Promise<T> =>
    module.get(TransactionHost).withTransaction(work);

  describe('outside of a transaction', () => {
    it('commits each statement by itself', async () => {
      expect(await sql.rows(INSERT, ['a'])).toEqual([{ text: 'a' }]);
      expect(await stored()).toEqual(['a']);
    });

    it('gives the first row, or nothing', async () => {
      expect(await sql.row(ALL)).toBeUndefined();
      await sql.rows(INSERT, ['b']);
      await sql.rows(INSERT, ['a']);
      expect(await sql.row(ALL)).toEqual({ text: 'a' });
    });

    it('never reads a value as SQL', async () => {
      const hostile = "'); DROP TABLE notes; --";
      await sql.rows(INSERT, [hostile]);
      expect(await stored()).toEqual([hostile]);
    });
  });

  describe('inside of a transaction', () => {
    it('runs everything on one connection, and commits it together', async () => {
      const backends = await notes.add(['a', 'b', 'c']);
      expect(new Set(backends).size).toBe(1);
      expect(await stored()).toEqual(['a', 'b', 'c']);
    });

    it('takes everything back when the work throws', async () => {
      await expect(notes.add(['a', 'b'], new Error('changed my mind'))).rejects.toThrow('changed my mind');
      expect(await stored()).toEqual([]);
    });

    it('shows nothing to others before the commit', async () => {
      await module.get(TransactionHost).withTransaction(async () => {
        await sql.rows(INSERT, ['a']);
        expect(await sql.rows(ALL)).toEqual([{ text: 'a' }]);
        expect(await stored()).toEqual([]);
      });
      expect(await stored()).toEqual(['a']);
    });

    it('keeps transactions that run at the same time apart', async () => {
      const outcomes = await Promise.allSettled([
        notes.add(['a1', 'a2']),
        notes.add(['b1', 'b2'], new Error('b')),
        notes.add(['c1', 'c2']),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await stored()).toEqual(['a1', 'a2', 'c1', 'c2']);
    });

    it('gives its connection back, whatever the outcome', async () => {
      for (let round = 0; round < 12; round += 1)
        await notes.add(['x'], round % 2 === 0 ? new Error('x') : undefined).catch(() => undefined);
      expect(await sql.row<{ pid: number }>(BACKEND)).toHaveProperty('pid');
      expect(await stored()).toHaveLength(6);
    });
  });

  describe('prepares statements', () => {
    it('under a name of its own for each text, even where two have the same name', async () => {
      const names = await inTransaction(async () => {
        expect(await sql.row({ name: 'same', text: 'SELECT 1 AS one' })).toEqual({ one: 1 });
        expect(await sql.row({ name: 'same', text: 'SELECT 2 AS two' })).toEqual({ two: 2 });
        expect(await sql.row({ name: 'same', text: 'SELECT 1 AS one' })).toEqual({ one: 1 });
        return prepared();
      });
      expect(names.filter(({ name }) => name.startsWith('same#'))).toHaveLength(2);
    });

    it('but none behind a transaction pooler, where the next connection would not know them', async () => {
      await module.close();
      await open({ DATABASE_DIRECT_URL: database.url });
      const names = await inTransaction(async () => {
        await sql.row(ALL);
        return prepared();
      });
      expect(names).toEqual([]);
    });
  });

  it('bounds how long a statement may run and wait', async () => {
    const rows = await sql.rows<{ name: string; setting: string }>({
      name: 'timeouts',
      text: `SELECT name, setting FROM pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')`,
    });
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]))).toEqual({
      statement_timeout: 10_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 15_000,
    });
    expect(databaseTimeouts({ REQUEST_TIMEOUT: 15 })).toEqual({
      connect: 5_000,
      lock: 5_000,
      statement: 10_000,
      answer: 12_000,
      idleInTransaction: 15_000,
    });
  });

  it.each([
    { name: 'a text that is no UUID', text: "SELECT 'x'::uuid", code: 'VALIDATION_FAILED' },
    { name: 'a number out of range', text: 'SELECT 99999999999::int', code: 'VALIDATION_FAILED' },
    { name: 'an invalid date', text: "SELECT '2026-02-30'::date", code: 'VALIDATION_FAILED' },
    {
      name: 'a lock that is not free',
      text: "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$",
      code: 'SERVICE_UNAVAILABLE',
    },
    {
      name: 'a statement that took too long',
      text: "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$",
      code: 'SERVICE_UNAVAILABLE',
    },
    { name: 'a fault of ours', text: 'SELECT nothing FROM nowhere', code: undefined },
  ])('throws what the table of errors knows, for $name', async ({ text, code }) => {
    const error: unknown = await sql.rows({ name: 'broken', text }).catch((thrown: unknown) => thrown);
    expect(databaseProblem(error)?.code).toBe(code);
  });

  it.each(['directly', 'through a pooler'])('fails nothing after idle connections were closed, %s', async (how) => {
    await module.close();
    await open(how === 'directly' ? {} : { DATABASE_DIRECT_URL: database.url });
    await Promise.all([sql.row(BACKEND), sql.row(BACKEND)]);
    const { master: pool } = module.get(DataSource).driver as unknown as { master: Pool };
    expect(pool.idleCount).toBeGreaterThan(0);
    await database.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'broadsheet'",
    );
    await until(() => pool.totalCount === 0);
    expect(await Promise.all([sql.row(BACKEND), notes.add(['a'])])).toEqual([
      { pid: expect.any(Number) },
      expect.any(Array),
    ]);
  });

  it('comes back after its connections were cut', async () => {
    await sql.row(BACKEND);
    await database.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'broadsheet'",
    );
    // The first statement may still meet the broken connection, which is then replaced.
    const first = await sql.row(BACKEND).catch((error: unknown) => databaseProblem(error));
    expect([undefined, 'SERVICE_UNAVAILABLE']).toContain((first as { code?: string } | undefined)?.code);
    expect(await sql.row(BACKEND)).toHaveProperty('pid');
  });
});
