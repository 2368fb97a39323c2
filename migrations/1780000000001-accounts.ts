import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What protects accounts: pending addresses, sign-in limits, outside identities, and the audit trail. */
export class Accounts1780000000001 implements MigrationInterface {
  readonly name = 'Accounts1780000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        ADD COLUMN pending_email text,
        ADD COLUMN credentials_changed_at timestamptz(3) NOT NULL DEFAULT now();

      ALTER TABLE emails ADD COLUMN facts jsonb NOT NULL DEFAULT '{}';

      CREATE TABLE identities (
        issuer text NOT NULL,
        subject text NOT NULL,
        user_id uuid NOT NULL CONSTRAINT identities_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject)
      );
      CREATE INDEX identities_user_id ON identities (user_id);

      CREATE TABLE sign_in_counters (
        key text NOT NULL CONSTRAINT sign_in_counters_pkey PRIMARY KEY,
        count integer NOT NULL,
        resets_at timestamptz(3) NOT NULL,
        blocked_until timestamptz(3),
        admitted_attempt uuid
      );
      CREATE INDEX sign_in_counters_resets_at ON sign_in_counters (resets_at);

      CREATE TABLE audit_events (
        id uuid NOT NULL CONSTRAINT audit_events_pkey PRIMARY KEY,
        type text NOT NULL,
        outcome text NOT NULL,
        actor_id uuid,
        subject_id uuid,
        session_id uuid,
        ip inet,
        user_agent text,
        request_id text,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX audit_events_created_at ON audit_events (created_at, id);
      CREATE INDEX audit_events_subject ON audit_events (subject_id, created_at, id);
      CREATE INDEX audit_events_type ON audit_events (type, created_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_events, sign_in_counters, identities;
      ALTER TABLE emails DROP COLUMN facts;
      ALTER TABLE users DROP COLUMN pending_email, DROP COLUMN credentials_changed_at;
    `);
  }
}
