import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets the metrics count what is set aside without reading all that was done. */
export class Telemetry1780000000004 implements MigrationInterface {
  readonly name = 'Telemetry1780000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX outbox_events_parked ON outbox_events (id) WHERE state = 'parked'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outbox_events_parked');
  }
}
