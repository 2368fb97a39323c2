import Fastify from 'fastify';
import { Pool } from 'pg';
import { serveAccounts } from './baseline/accounts.js';
import { servePosts } from './baseline/posts.js';
import { object, string } from './baseline/schemas.js';

/**
 * The least that gives the product's answers from the product's database: Fastify with response schemas, node-postgres
 * with named prepared statements, and nothing in between.
 */

const { PORT, HOST, DATABASE_URL, DATABASE_POOL_MAX } = process.env;

const pool = new Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL_MAX) });
const app = Fastify();

app.get('/health', { schema: { response: { 200: object({ status: string }) } } }, async () => ({ status: 'ok' }));
serveAccounts(app, pool);
servePosts(app, pool);

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; this one ends when it is told to.
process.on('SIGINT', () => undefined);

await app.listen({ port: Number(PORT), host: HOST });
process.send('started');
