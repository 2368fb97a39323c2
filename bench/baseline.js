import { createHmac, hkdfSync } from 'node:crypto';
import Fastify from 'fastify';
import { Pool } from 'pg';

/**
 * The least that gives the product's answers from the product's database: Fastify with response schemas, node-postgres
 * with named prepared statements, and nothing in between.
 */

const { PORT, HOST, DATABASE_URL, DATABASE_POOL_MAX, SECRET_KEY } = process.env;

const COLUMNS = `p.id, p.slug, p.title, p.content, p.excerpt, p.tags, p.status, p.published_at AS "publishedAt",
  p.publish_at AS "publishAt", p.version, p.created_at AS "createdAt", p.updated_at AS "updatedAt",
  u.id AS "authorId", u.username, u.full_name AS "fullName"`;

const FROM = `FROM posts p JOIN users u ON u.id = p.author_id AND u.deleted_at IS NULL
  WHERE p.deleted_at IS NULL AND p.status = 'published'`;

const PAGE = {
  name: 'page',
  text: `SELECT ${COLUMNS} ${FROM} ORDER BY p.published_at DESC, p.id DESC LIMIT $1`,
};
const BY_ID = { name: 'byId', text: `SELECT ${COLUMNS} ${FROM} AND p.id = $1` };

const string = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const nullable = (schema) => ({ ...schema, nullable: true });
const object = (properties) => ({ type: 'object', properties });

const POST_SCHEMA = object({
  id: string,
  slug: string,
  title: string,
  content: string,
  excerpt: string,
  tags: { type: 'array', items: string },
  status: string,
  published: { type: 'boolean' },
  publishedAt: nullable(time),
  publishAt: nullable(time),
  version: { type: 'integer' },
  createdAt: time,
  updatedAt: time,
  author: object({ id: string, username: string, fullName: nullable(string) }),
});

const PAGE_SCHEMA = object({
  items: { type: 'array', items: POST_SCHEMA },
  page: object({ limit: { type: 'integer' }, hasMore: { type: 'boolean' }, nextCursor: nullable(string) }),
});

const LIMIT_SCHEMA = object({ limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 } });
const ID_SCHEMA = object({ id: { type: 'string', format: 'uuid' } });

const pool = new Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL_MAX) });
const app = Fastify();

app.get('/health', { schema: { response: { 200: object({ status: string }) } } }, async () => ({ status: 'ok' }));

app.get(
  '/api/v1/posts',
  { schema: { querystring: LIMIT_SCHEMA, response: { 200: PAGE_SCHEMA } } },
  async ({ query: { limit } }) => {
    const { rows } = await pool.query({ ...PAGE, values: [limit + 1] });
    const hasMore = rows.length > limit;
    const items = (hasMore ? rows.slice(0, limit) : rows).map((row) => toPost(row));
    return { items, page: { limit, hasMore, nextCursor: hasMore ? cursorOf(items.at(-1)) : null } };
  },
);

app.get(
  '/api/v1/posts/:id',
  { schema: { params: ID_SCHEMA, response: { 200: POST_SCHEMA } } },
  async ({ params: { id } }, reply) => {
    const { rows } = await pool.query({ ...BY_ID, values: [id] });
    return rows[0] ? toPost(rows[0]) : reply.code(404).send();
  },
);

function toPost({ authorId, username, fullName, ...post }) {
  return { ...post, published: post.status === 'published', author: { id: authorId, username, fullName } };
}

const cursorKey = Buffer.from(hkdfSync('sha256', SECRET_KEY, 'broadsheet', 'cursor', 32));

/** What the cursors of this list are signed together with: its order and its filters. */
const LIST = JSON.stringify(['posts.page', 'p.published_at', true, 'published', null, null, null, null, null, null]);

/** Signed as the product signs its cursors, since whoever keeps them opaque has to do as much. */
function cursorOf({ publishedAt, id }) {
  const payload = Buffer.from(JSON.stringify([publishedAt.toISOString(), id])).toString('base64url');
  const signature = createHmac('sha256', cursorKey).update(`${LIST}\n${payload}`).digest().subarray(0, 16);
  return `${payload}.${signature.toString('base64url')}`;
}

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; this one ends when it is told to.
process.on('SIGINT', () => undefined);

await app.listen({ port: Number(PORT), host: HOST });
process.send('started');
