import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The life of posts: schedules, search, former slugs, revisions, followers and the mails for them; replayed requests. */
export class Publishing1780000000002 implements MigrationInterface {
  readonly name = 'Publishing1780000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE posts
        ADD COLUMN edited_by_id uuid CONSTRAINT posts_edited_by_id_fkey REFERENCES users (id) ON DELETE SET NULL;
      CREATE INDEX posts_edited_by ON posts (edited_by_id);
      CREATE INDEX posts_scheduled ON posts (publish_at, id) WHERE status = 'scheduled' AND deleted_at IS NULL;
      CREATE INDEX posts_trashed ON posts (deleted_at, id) WHERE deleted_at IS NOT NULL;
      CREATE INDEX posts_published_by_author ON posts (author_id, published_at, id)
        WHERE status = 'published' AND deleted_at IS NULL;
      CREATE INDEX posts_published_by_creation ON posts (created_at, id)
        WHERE status = 'published' AND deleted_at IS NULL;
      CREATE INDEX posts_published_by_update ON posts (updated_at, id)
        WHERE status = 'published' AND deleted_at IS NULL;
      CREATE INDEX posts_published_by_title ON posts (title, id) WHERE status = 'published' AND deleted_at IS NULL;

      CREATE TABLE post_search (
        post_id uuid NOT NULL CONSTRAINT post_search_pkey PRIMARY KEY,
        published_at timestamptz(3),
        language text NOT NULL,
        search tsvector NOT NULL,
        CONSTRAINT post_search_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
      ) WITH (toast_tuple_target = 8160);
      -- Ranking reads it row by row: fetched from the TOAST table that would take twenty times as long.
      ALTER TABLE post_search ALTER COLUMN search SET STORAGE MAIN;
      CREATE INDEX post_search_search ON post_search USING gin (search);
      CREATE INDEX post_search_published ON post_search (published_at, post_id) WHERE published_at IS NOT NULL;

      CREATE TABLE post_slugs (
        slug text NOT NULL CONSTRAINT post_slugs_pkey PRIMARY KEY,
        post_id uuid NOT NULL CONSTRAINT post_slugs_post_id_fkey REFERENCES posts (id) ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX post_slugs_post_id ON post_slugs (post_id);

      CREATE TABLE post_revisions (
        post_id uuid NOT NULL CONSTRAINT post_revisions_post_id_fkey REFERENCES posts (id) ON DELETE CASCADE,
        version integer NOT NULL,
        slug text NOT NULL,
        title text NOT NULL,
        content text NOT NULL,
        excerpt text NOT NULL,
        tags text[] NOT NULL,
        status text NOT NULL,
        editor_id uuid CONSTRAINT post_revisions_editor_id_fkey REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT post_revisions_pkey PRIMARY KEY (post_id, version)
      );
      CREATE INDEX post_revisions_editor ON post_revisions (editor_id);

      CREATE TABLE subscriptions (
        id uuid NOT NULL CONSTRAINT subscriptions_pkey PRIMARY KEY,
        author_id uuid NOT NULL CONSTRAINT subscriptions_author_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        subscriber_id uuid NOT NULL CONSTRAINT subscriptions_subscriber_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX subscriptions_author_subscriber ON subscriptions (author_id, subscriber_id);
      CREATE INDEX subscriptions_subscriber ON subscriptions (subscriber_id, created_at, id);

      ALTER TABLE emails
        ADD COLUMN post_id uuid CONSTRAINT emails_post_id_fkey REFERENCES posts (id) ON DELETE CASCADE;
      CREATE UNIQUE INDEX emails_post_recipient ON emails (post_id, user_id) WHERE post_id IS NOT NULL;

      CREATE TABLE email_fan_outs (
        id uuid NOT NULL CONSTRAINT email_fan_outs_pkey PRIMARY KEY,
        post_id uuid NOT NULL CONSTRAINT email_fan_outs_post_id_fkey REFERENCES posts (id) ON DELETE CASCADE,
        last_subscriber_id uuid,
        mails integer NOT NULL DEFAULT 0,
        context jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        done_at timestamptz(3)
      );
      CREATE INDEX email_fan_outs_post ON email_fan_outs (post_id);
      CREATE INDEX email_fan_outs_open ON email_fan_outs (created_at, id) WHERE done_at IS NULL;

      CREATE TABLE idempotency_keys (
        scope text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        headers jsonb NOT NULL,
        body text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key)
      );
      CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE idempotency_keys, email_fan_outs;
      ALTER TABLE emails DROP COLUMN post_id;
      DROP TABLE subscriptions, post_revisions, post_slugs, post_search;
      DROP INDEX posts_scheduled, posts_trashed, posts_published_by_author, posts_published_by_creation,
        posts_published_by_update, posts_published_by_title;
      ALTER TABLE posts DROP COLUMN edited_by_id;
    `);
  }
}
