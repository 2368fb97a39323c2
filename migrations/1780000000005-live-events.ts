import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What clients that listen are told. */
export class LiveEvents1780000000005 implements MigrationInterface {
  readonly name = 'LiveEvents1780000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE live_events_positions;
      CREATE TABLE live_events (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT live_events_pkey PRIMARY KEY,
        position bigint,
        name text NOT NULL,
        audience uuid,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      ALTER SEQUENCE live_events_positions OWNED BY live_events.position;
      CREATE UNIQUE INDEX live_events_position ON live_events (position);
      CREATE INDEX live_events_unplaced ON live_events (created_at, id) WHERE position IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE live_events');
  }
}
