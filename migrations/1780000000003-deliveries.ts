import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of each attempt to send a mail, retries by hand, and the pace of mails that many get. */
export class Deliveries1780000000003 implements MigrationInterface {
  readonly name = 'Deliveries1780000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE emails
        ADD COLUMN history jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN earlier_tries integer NOT NULL DEFAULT 0;
      CREATE INDEX emails_failed ON emails (created_at, id) WHERE state = 'failed';
      ALTER TABLE email_fan_outs ADD COLUMN next_page_at timestamptz(3) NOT NULL DEFAULT now();
      CREATE INDEX users_trashed ON users (deleted_at, id) WHERE deleted_at IS NOT NULL;
      CREATE INDEX email_fan_outs_created_at ON email_fan_outs (created_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX emails_failed, email_fan_outs_created_at, users_trashed;
      ALTER TABLE email_fan_outs DROP COLUMN next_page_at;
      ALTER TABLE emails DROP COLUMN history, DROP COLUMN earlier_tries;
    `);
  }
}
