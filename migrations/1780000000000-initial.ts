import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts, sessions, posts, the outbox and the mails that it causes. */
export class Initial1780000000000 implements MigrationInterface {
  readonly name = 'Initial1780000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid NOT NULL CONSTRAINT users_pkey PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL,
        email_verified_at timestamptz(3),
        username text NOT NULL,
        username_key text NOT NULL,
        full_name text,
        role text NOT NULL DEFAULT 'user',
        is_active boolean NOT NULL DEFAULT true,
        password_hash text,
        sessions_valid_from timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz(3)
      );
      CREATE UNIQUE INDEX users_email_key_unique ON users (email_key) WHERE deleted_at IS NULL;
      CREATE UNIQUE INDEX users_username_key_unique ON users (username_key) WHERE deleted_at IS NULL;
      CREATE INDEX users_created_at_id ON users (created_at, id);

      CREATE TABLE sessions (
        id uuid NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT sessions_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        generation integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        revoked_at timestamptz(3),
        user_agent text,
        ip inet
      );
      CREATE INDEX sessions_user_id ON sessions (user_id, last_used_at);
      CREATE INDEX sessions_expires_at ON sessions (expires_at);

      CREATE TABLE posts (
        id uuid NOT NULL CONSTRAINT posts_pkey PRIMARY KEY,
        author_id uuid NOT NULL CONSTRAINT posts_author_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        slug text NOT NULL,
        title text NOT NULL,
        content text NOT NULL,
        excerpt text NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        status text NOT NULL DEFAULT 'draft',
        published_at timestamptz(3),
        publish_at timestamptz(3),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz(3)
      );
      CREATE UNIQUE INDEX posts_slug_unique ON posts (slug) WHERE deleted_at IS NULL;
      CREATE INDEX posts_published ON posts (published_at, id) WHERE status = 'published' AND deleted_at IS NULL;
      CREATE INDEX posts_author ON posts (author_id, created_at, id);
      CREATE INDEX posts_created_at ON posts (created_at, id);
      CREATE INDEX posts_tags ON posts USING gin (tags);

      CREATE TABLE outbox_events (
        id uuid NOT NULL CONSTRAINT outbox_events_pkey PRIMARY KEY,
        type text NOT NULL,
        payload jsonb NOT NULL,
        context jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending',
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz(3) NOT NULL DEFAULT now(),
        last_error text,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        done_at timestamptz(3)
      );
      CREATE INDEX outbox_events_due ON outbox_events (next_try_at, id) WHERE state = 'pending';

      CREATE TABLE emails (
        id uuid NOT NULL CONSTRAINT emails_pkey PRIMARY KEY,
        kind text NOT NULL,
        user_id uuid NOT NULL CONSTRAINT emails_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        to_address text NOT NULL,
        to_key text NOT NULL,
        state text NOT NULL DEFAULT 'pending',
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz(3) NOT NULL DEFAULT now(),
        lease_until timestamptz(3),
        last_answer text,
        context jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        sent_at timestamptz(3)
      );
      CREATE INDEX emails_due ON emails (next_try_at, id) WHERE state IN ('pending', 'sending');
      CREATE INDEX emails_created_at ON emails (created_at, id);
      CREATE INDEX emails_to_key ON emails (to_key, created_at);
      CREATE INDEX emails_user_id ON emails (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE emails, outbox_events, posts, sessions, users');
  }
}
