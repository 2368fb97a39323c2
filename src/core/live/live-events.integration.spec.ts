import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { LiveEventsModule } from './live-events.module.js';
import { LiveEvents } from './live-events.js';
import { LiveEventsRepository } from './live-events.repository.js';

describe('live events in the database', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let live: LiveEvents;
  let events: LiveEventsRepository;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([]), LiveEventsModule],
    }).compile();
    await module.init();
    live = module.get(LiveEvents);
    events = module.get(LiveEventsRepository);
  });

  beforeEach(() => database.rows('TRUNCATE live_events; ALTER SEQUENCE live_events_positions RESTART'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  const record = async (...names: string[]): Promise<void> => {
    for (const name of names) await live.record({ name, data: {} });
  };

  const namesAfter = async (position: number): Promise<string[]> =>
    (await events.after(position, 100)).map(({ name }) => name);

  it('have no place before they are committed, and the order of the commits afterwards', async () => {
    const slow = await database.connect();
    await slow.query('BEGIN');
    await slow.query("INSERT INTO live_events (name, data) VALUES ('begun first', '{}')");
    await record('a', 'b');
    expect(await namesAfter(0)).toEqual([]);
    expect([await events.place(), await events.place()]).toEqual([true, false]);
    expect(await namesAfter(0)).toEqual(['a', 'b']);
    await slow.query('COMMIT');
    await slow.end();
    await events.place();
    expect(await namesAfter(2)).toEqual(['begun first']);
  });

  it('are given one place each, by however many processes at a time', async () => {
    await record(...Array.from({ length: 30 }, (_, index) => `event ${index}`));
    await Promise.all(Array.from({ length: 5 }, () => events.place()));
    const placed = await events.after(0, 100);
    expect(placed.map(({ name }) => name)).toEqual(Array.from({ length: 30 }, (_, index) => `event ${index}`));
    expect(placed.map(({ position }) => position)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('leave nothing after a roll-back', async () => {
    const failing = module.get(TransactionHost).withTransaction(async () => {
      await record('never');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await events.place()).toBe(false);
  });

  it('are read with their audience, the last ones first of all', async () => {
    const audience = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55';
    await record('a', 'b');
    await live.record({ name: 'c', audience, data: { kind: 'welcome' } });
    await events.place();
    expect(await events.newest(2)).toEqual([
      { id: expect.any(String), position: 2, name: 'b', audience: null, data: {} },
      { id: expect.any(String), position: 3, name: 'c', audience, data: { kind: 'welcome' } },
    ]);
  });

  it('are deleted from the oldest on: all but so many, those of yesterday, and never the last', async () => {
    await record('a', 'b', 'c', 'd');
    await events.place();
    await events.purge(3, 60);
    expect(await namesAfter(0)).toEqual(['b', 'c', 'd']);
    await database.rows("UPDATE live_events SET created_at = now() - interval '2 minutes' WHERE name IN ('c')");
    await events.purge(3, 60);
    expect(await namesAfter(0)).toEqual(['d']);
    await database.rows("UPDATE live_events SET created_at = now() - interval '2 minutes'");
    await events.purge(0, 60);
    expect(await namesAfter(0)).toEqual(['d']);
  });
});
