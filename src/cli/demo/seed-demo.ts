import type { Client } from 'pg';
import { newId } from '../../common/ids/uuid.js';
import type { Settings } from '../../core/config/settings.js';
import { excerptFrom } from '../../posts/excerpt.js';
import { slugFrom } from '../../posts/slugs/slug.js';
import { identityKey } from '../../users/identity.js';
import { PasswordsService } from '../../users/passwords/passwords.service.js';
import { completeSearchIndex } from '../search-index.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../../common/demo/demo-accounts.js';
import type { DemoPost } from './demo-post.js';
import { CITIES_POSTS } from './demo-posts-cities.js';
import { CRAFT_POSTS } from './demo-posts-craft.js';
import { FOOD_POSTS } from './demo-posts-food.js';
import { NEWSROOM_POSTS } from './demo-posts-newsroom.js';
import { SCIENCE_POSTS } from './demo-posts-science.js';

const DAY = 86_400_000;
/** Drafts were begun so many days ago. */
const DRAFT_AGE = 2;

const DEMO_POSTS: DemoPost[] = [...CRAFT_POSTS, ...CITIES_POSTS, ...SCIENCE_POSTS, ...FOOD_POSTS, ...NEWSROOM_POSTS];

/**
 * Fills an empty database with three accounts and some forty posts; one that has accounts already is left alone.
 * @returns whether it did
 */
export async function seedDemo(client: Client, settings: Settings, now = new Date()): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT EXISTS (SELECT FROM users) AS taken');
  if (rows[0]?.taken) return false;
  const passwordHash = await new PasswordsService(settings).hash(DEMO_PASSWORD);
  await client.query('BEGIN');
  await insertAccounts(client, passwordHash, new Date(now.getTime() - 366 * DAY));
  for (const post of DEMO_POSTS) await insertPost(client, post, now);
  await completeSearchIndex(client, settings.SEARCH_LANGUAGE);
  await client.query('COMMIT');
  return true;
}

async function insertAccounts(client: Client, passwordHash: string, since: Date): Promise<void> {
  for (const { id, email, username, fullName, role } of Object.values(DEMO_ACCOUNTS))
    await client.query(
      `INSERT INTO users (id, email, email_key, email_verified_at, username, username_key, full_name, role,
         password_hash, sessions_valid_from, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $4, $4, $4)`,
      [id, email, identityKey(email), since, username, identityKey(username), fullName, role, passwordHash],
    );
}

async function insertPost(client: Client, post: DemoPost, now: Date): Promise<void> {
  const isPublished = post.publishedDaysAgo !== null;
  const at = new Date(now.getTime() - (post.publishedDaysAgo ?? DRAFT_AGE) * DAY);
  await client.query(
    `INSERT INTO posts (id, author_id, slug, title, content, excerpt, tags, status, published_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [
      newId(),
      DEMO_ACCOUNTS[post.author].id,
      slugFrom(post.title),
      post.title,
      post.content,
      excerptFrom(post.content),
      post.tags,
      isPublished ? 'published' : 'draft',
      isPublished ? at : null,
      at,
    ],
  );
}
