import { v7 } from 'uuid';
import { cursorOf, cursorOfFound } from '../keys.js';
import { authenticate } from './access.js';
import { searchStatement, indexPosts } from './product-sql.js';
import { body, boolean, integer, list, nullable, object, string, time } from './schemas.js';

/** Posts: the newest ones, those that a search finds, one of them, and a new one. */

const COLUMNS = `p.id, p.slug, p.title, p.content, p.excerpt, p.tags, p.status, p.published_at AS "publishedAt",
  p.publish_at AS "publishAt", p.version, p.created_at AS "createdAt", p.updated_at AS "updatedAt",
  u.id AS "authorId", u.username AS "authorUsername", u.full_name AS "authorFullName"`;

const FROM = `FROM posts p JOIN users u ON u.id = p.author_id AND u.deleted_at IS NULL
  WHERE p.deleted_at IS NULL AND p.status = 'published'`;

const PAGE = {
  name: 'page',
  text: `SELECT ${COLUMNS} ${FROM} ORDER BY p.published_at DESC, p.id DESC LIMIT $1`,
};
const BY_ID = { name: 'byId', text: `SELECT ${COLUMNS} ${FROM} AND p.id = $1` };

// A taken slug makes no row, so that another is tried.
const INSERT = {
  name: 'insert',
  text: `WITH p AS (
      INSERT INTO posts (id, slug, title, content, excerpt, tags, status, published_at, author_id, edited_by_id)
      SELECT $1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN 'published' ELSE 'draft' END, CASE WHEN $7 THEN now() END, $8, $8
      WHERE NOT EXISTS (SELECT FROM post_slugs WHERE slug = $2)
      ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING
      RETURNING *
    ), indexed AS (${indexPosts})
    SELECT ${COLUMNS} FROM p JOIN users u ON u.id = p.author_id`,
};

const RECORD = {
  name: 'record',
  text: `INSERT INTO outbox_events (id, type, payload) VALUES ($1, 'PostPublished', $2)
    RETURNING pg_notify('outbox', '')`,
};

const POST = {
  id: string,
  slug: string,
  title: string,
  content: string,
  excerpt: string,
  tags: list(string),
  status: string,
  published: boolean,
  publishedAt: nullable(time),
  publishAt: nullable(time),
  version: integer,
  createdAt: time,
  updatedAt: time,
  author: object({ id: string, username: string, fullName: nullable(string) }),
};

const PAGE_SCHEMA = object({
  items: list(object({ ...POST, snippet: string })),
  page: object({ limit: integer, hasMore: boolean, nextCursor: nullable(string) }),
});

const QUERY_SCHEMA = object({ limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 }, q: string });
const ID_SCHEMA = object({ id: { type: 'string', format: 'uuid' } });
const NEW_POST_SCHEMA = body({
  title: { type: 'string', minLength: 1, maxLength: 200 },
  content: { type: 'string', maxLength: 200_000 },
  tags: { type: 'array', items: string, maxItems: 20 },
  published: boolean,
});

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('pg').Pool} pool
 */
export function servePosts(app, pool) {
  app.get(
    '/api/v1/posts',
    { schema: { querystring: QUERY_SCHEMA, response: { 200: PAGE_SCHEMA } } },
    async ({ query: { limit, q } }) => {
      const { rows } = await pool.query(
        q === undefined ? { ...PAGE, values: [limit + 1] } : await searchStatement(q, limit),
      );
      const hasMore = rows.length > limit;
      const items = (hasMore ? rows.slice(0, limit) : rows).map(toPost);
      return { items, page: { limit, hasMore, nextCursor: hasMore ? nextCursor(q, rows[limit - 1]) : null } };
    },
  );

  app.get(
    '/api/v1/posts/:id',
    { schema: { params: ID_SCHEMA, response: { 200: object(POST) } } },
    async ({ params: { id }, headers }, reply) => {
      const { rows } = await pool.query({ ...BY_ID, values: [id] });
      if (!rows[0]) return reply.code(404).send();
      const etag = etagOf(rows[0]);
      reply.header('etag', etag);
      return headers['if-none-match'] === etag ? reply.code(304).send() : toPost(rows[0]);
    },
  );

  app.post(
    '/api/v1/posts',
    { schema: { body: NEW_POST_SCHEMA, response: { 201: object(POST) } }, onRequest: authenticate(pool) },
    async ({ body: post, account }, reply) => {
      const row = await create(pool, post, account);
      reply.code(201).header('location', `/api/v1/posts/${row.id}`).header('etag', etagOf(row));
      return toPost(row);
    },
  );
}

const etagOf = ({ id, version }) => `"${id}.${version}"`;
const nextCursor = (q, row) => (q === undefined ? cursorOf(row) : cursorOfFound(q, row));

function toPost({ authorId, authorUsername, authorFullName, snippet, ...post }) {
  const author = { id: authorId, username: authorUsername, fullName: authorFullName };
  const answer = { ...post, published: post.status === 'published', author };
  return snippet === undefined ? answer : { ...answer, snippet: marked(snippet) };
}

const ENTITIES = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\u0002': '<mark>',
  '\u0003': '</mark>',
};
// oxlint-disable-next-line no-control-regex -- the marks of the search
const marked = (snippet) => snippet.replaceAll(/[&<>"'\u0002\u0003]/g, (character) => ENTITIES[character]);

/** Post, search index and event in one transaction. */
async function create(pool, { title, content, tags, published }, { id: authorId }) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const row = await insert(client, [title, content, excerptOf(content), tags, published, authorId], slugOf(title));
    if (published) await client.query({ ...RECORD, values: [v7(), JSON.stringify({ postId: row.id })] });
    await client.query('COMMIT');
    client.release();
    return row;
  } catch (error) {
    // With its connection ends the transaction.
    client.release(true);
    throw error;
  }
}

async function insert(client, [title, ...rest], slug) {
  for (let number = 1; ; number += 1) {
    const values = [v7(), number === 1 ? slug : `${slug}-${number}`, title, ...rest];
    const { rows } = await client.query({ ...INSERT, values });
    if (rows[0]) return rows[0];
  }
}

/** Of titles in Latin letters. */
const slugOf = (title) =>
  title
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 120)
    .replaceAll(/^-+|-+$/g, '');

/** Of texts that begin with prose, as those of the benchmark do. */
const excerptOf = (content) => `${content.slice(0, 200).replace(/\s+\S*$/, '')}…`;
