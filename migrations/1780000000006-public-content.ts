import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every commit that changes what everybody may read is told, whoever wrote: an API, a worker, a command, or SQL by hand. */
export class PublicContent1780000000006 implements MigrationInterface {
  readonly name = 'PublicContent1780000000006';

  async up(runner: QueryRunner): Promise<void> {
    // For each row, as a statement's trigger is called for those without any, too. PostgreSQL folds the calls of a transaction.
    await runner.query(`
      CREATE FUNCTION tell_public_content() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_notify('public_content', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER posts_tell_insert AFTER INSERT ON posts FOR EACH ROW
        WHEN (NEW.status = 'published') EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER posts_tell_update AFTER UPDATE ON posts FOR EACH ROW
        WHEN (OLD.status = 'published' OR NEW.status = 'published') EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER posts_tell_delete AFTER DELETE ON posts FOR EACH ROW
        WHEN (OLD.status = 'published') EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER posts_tell_truncate AFTER TRUNCATE ON posts EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER users_tell_update AFTER UPDATE OF username, full_name, deleted_at ON users FOR EACH ROW
        WHEN ((OLD.username, OLD.full_name, OLD.deleted_at) IS DISTINCT FROM (NEW.username, NEW.full_name, NEW.deleted_at))
        EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER users_tell_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION tell_public_content();
      CREATE TRIGGER post_search_tell AFTER INSERT OR UPDATE ON post_search FOR EACH ROW EXECUTE FUNCTION tell_public_content();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION tell_public_content CASCADE');
  }
}
