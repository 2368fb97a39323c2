import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { newId } from '../../src/common/ids/uuid.js';
import { AuditModule } from '../../src/core/audit/audit.module.js';
import { ClockModule } from '../../src/core/clock/clock.module.js';
import { ConfigModule } from '../../src/core/config/config.module.js';
import { DatabaseModule } from '../../src/core/database/database.module.js';
import { KeysModule } from '../../src/core/keys/keys.module.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { LoggingModule } from '../../src/core/logging/logging.module.js';
import { LiveEventsModule } from '../../src/core/live/live-events.module.js';
import { OutboxModule } from '../../src/core/outbox/outbox.module.js';
import { PagingModule } from '../../src/core/paging/paging.module.js';
import type { PostRow } from '../../src/posts/post-row.js';
import { Post } from '../../src/posts/post.entity.js';
import { PostsModule } from '../../src/posts/posts.module.js';
import { PostsRepository, type NewPost } from '../../src/posts/posts.repository.js';
import { User } from '../../src/users/user.entity.js';
import { TestDatabase } from './test-database.js';
import { testSettings } from './test-settings.js';

/** When published posts were, where a test says nothing else. */
export const PUBLISHED_AT = new Date('2026-03-01T12:00:00.123Z');
/** When scheduled posts are to appear, where a test says nothing else. */
const PUBLISH_AT = new Date('2026-04-01T12:00:00.123Z');

/** Posts without HTTP, on a database of the test file's own. */
export class TestPosts {
  ada = '';
  bob = '';

  private constructor(
    readonly database: TestDatabase,
    readonly module: TestingModule,
    readonly repository: PostsRepository,
    readonly transactions: TransactionHost,
  ) {}

  static async start(): Promise<TestPosts> {
    const database = await TestDatabase.create();
    const settings = testSettings(database.url);
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(settings),
        LoggingModule.forRoot(new AppLogger(settings)),
        DatabaseModule.forRoot([User, Post]),
        ClockModule,
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        PostsModule,
      ],
    }).compile();
    await module.init();
    return new TestPosts(database, module, module.get(PostsRepository), module.get(TransactionHost));
  }

  async stop(): Promise<void> {
    await this.module.close();
    await this.database.drop();
  }

  /** No posts, and two accounts that may write some. */
  async reset(): Promise<void> {
    await this.database.rows('TRUNCATE users, outbox_events CASCADE');
    this.ada = await this.author('Ada', 'Ada Lovelace');
    this.bob = await this.author('bob', null);
  }

  /** @param members of Ada's post, published where they say nothing else */
  async insert(slug: string, members: Partial<NewPost> = {}): Promise<PostRow> {
    const { status = 'published' } = members;
    const row = await this.repository.insert({
      id: newId(),
      authorId: this.ada,
      slug,
      title: slug,
      content: `Content of ${slug}`,
      excerpt: '',
      tags: [],
      status,
      publishedAt: status === 'published' ? PUBLISHED_AT : null,
      publishAt: status === 'scheduled' ? PUBLISH_AT : null,
      ...members,
    });
    if (!row) throw new Error(`The slug ${slug} is taken`);
    return row;
  }

  async trash(table: 'users' | 'posts', id: string): Promise<void> {
    await this.database.rows(`UPDATE ${table} SET deleted_at = now() WHERE id = $1`, [id]);
  }

  private async author(username: string, fullName: string | null): Promise<string> {
    const id = newId();
    await this.database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, full_name)
        VALUES ($1, $2 || '@example.com', lower($2) || '@example.com', $2, lower($2), $3)`,
      [id, username, fullName],
    );
    return id;
  }
}
