import { createHash, createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { v7 } from 'uuid';
import { keyOf } from '../keys.js';
import { authenticate, LIFE, sign } from './access.js';
import { body, boolean, integer, nullable, object, string, time } from './schemas.js';

/** Signing in, and one's own account. No attempt is counted here, and no trail is kept. */

const REFRESH_LIFE = 2_592_000;

const USER_SCHEMA = object({
  id: string,
  username: string,
  fullName: nullable(string),
  role: string,
  createdAt: time,
  updatedAt: time,
  email: string,
  emailVerified: boolean,
  isActive: boolean,
});

const TOKENS_SCHEMA = object({
  access_token: string,
  token_type: string,
  expires_in: integer,
  refresh_token: string,
  refresh_expires_in: integer,
});

const CREDENTIALS = {
  name: 'credentials',
  text: 'SELECT id, password_hash AS hash FROM users WHERE email_key = $1 AND is_active AND deleted_at IS NULL',
};

const START_SESSION = {
  name: 'startSession',
  text: `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, user_agent, ip)
    VALUES ($1, $2, now(), now(), now() + ${REFRESH_LIFE} * interval '1 second', $3, $4)`,
};

/** The product's hashes are of a digest; `v1:` stands before them. */
const digest = (password) => createHash('sha256').update(`broadsheet-password:${password}`).digest('base64');

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('pg').Pool} pool
 */
export function serveAccounts(app, pool) {
  app.get(
    '/api/v1/users/me',
    { schema: { response: { 200: USER_SCHEMA } }, onRequest: authenticate(pool) },
    async ({ account }) => account,
  );

  app.post(
    '/api/v1/auth/login',
    { schema: { body: body({ username: string, password: string }), response: { 200: TOKENS_SCHEMA } } },
    async (request, reply) => {
      const { username, password } = request.body;
      const { rows } = await pool.query({ ...CREDENTIALS, values: [username.toLowerCase()] });
      const [account] = rows;
      if (!account || !(await bcrypt.compare(digest(password), account.hash.slice('v1:'.length))))
        return reply.code(401).send();
      const sid = v7();
      const values = [sid, account.id, request.headers['user-agent'], request.ip];
      await pool.query({ ...START_SESSION, values });
      return {
        access_token: sign({ sub: account.id, sid }),
        token_type: 'Bearer',
        expires_in: LIFE,
        refresh_token: `${sid}.${createHmac('sha256', refreshKey).update(sid).digest('base64url')}`,
        refresh_expires_in: REFRESH_LIFE,
      };
    },
  );
}

const refreshKey = keyOf('refresh-token');
