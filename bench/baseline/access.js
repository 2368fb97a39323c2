import { createHmac, timingSafeEqual } from 'node:crypto';
import { keyOf } from '../keys.js';

/** Access tokens: JWTs (HS256) of a session that is asked for each time, with its account in the same statement. */

const { ACCESS_TOKEN_TTL, PUBLIC_URL } = process.env;

const key = keyOf('access-token');
const encode = (content) => Buffer.from(JSON.stringify(content)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'at+jwt' });
const now = () => Math.floor(Date.now() / 1_000);
const signatureOf = (text) => createHmac('sha256', key).update(text).digest();

export const LIFE = Number(ACCESS_TOKEN_TTL);

/** @param {{ sub: string, sid: string }} content */
export function sign(content) {
  const iat = now();
  const text = `${HEADER}.${encode({ iss: PUBLIC_URL, aud: PUBLIC_URL, ...content, iat, exp: iat + LIFE })}`;
  return `${text}.${signatureOf(text).toString('base64url')}`;
}

/** @param {string} token */
function verify(token) {
  const [header, payload, signature] = token.split('.');
  if (header !== HEADER || payload === undefined || signature === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const expected = signatureOf(`${header}.${payload}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return claims.iss === PUBLIC_URL && claims.aud === PUBLIC_URL && claims.exp > now() ? claims : undefined;
}

const ACCOUNT = {
  name: 'account',
  text: `SELECT u.id, u.username, u.full_name AS "fullName", u.role, u.email,
      u.email_verified_at IS NOT NULL AS "emailVerified", u.is_active AS "isActive", u.created_at AS "createdAt",
      u.updated_at AS "updatedAt"
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $1 AND u.id = $2 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.deleted_at IS NULL
      AND u.is_active AND (u.sessions_valid_from IS NULL OR s.created_at >= u.sessions_valid_from)`,
};

/**
 * Makes a hook that lets in who has a token, and puts the account into the request.
 * @param {import('pg').Pool} pool
 */
export const authenticate = (pool) => async (request, reply) => {
  const { authorization = '' } = request.headers;
  const claims = authorization.startsWith('Bearer ') ? verify(authorization.slice('Bearer '.length)) : undefined;
  const { rows } = claims ? await pool.query({ ...ACCOUNT, values: [claims.sid, claims.sub] }) : { rows: [] };
  if (rows[0]) request.account = rows[0];
  else await reply.code(401).send();
};
