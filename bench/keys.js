import { createHmac, hkdfSync } from 'node:crypto';

/**
 * The product's key of a purpose: whoever signs has to do as much.
 * @param {string} purpose
 */
export const keyOf = (purpose) => Buffer.from(hkdfSync('sha256', process.env.SECRET_KEY, 'broadsheet', purpose, 32));

const cursorKey = keyOf('cursor');

/** What the cursors of the list are signed together with: its order and its filters. */
const LIST = ['posts.page', 'p.published_at', true, 'published', null, null, null, null, null, null];
const FOUND = (q) => ['posts.page', 'p.rank', true, 'published', null, null, null, q, null, null];
const LISTED = JSON.stringify(LIST);

/**
 * The cursor behind a post of the list of the newest.
 * @param {{ publishedAt: Date, id: string }} post
 */
export const cursorOf = ({ publishedAt, id }) => signed(LISTED, [publishedAt.toISOString(), id]);

/**
 * The cursor behind a post of a search.
 * @param {string} q
 * @param {{ rank: number, id: string }} post
 */
export const cursorOfFound = (q, { rank, id }) => signed(JSON.stringify(FOUND(q)), [String(rank), id]);

/** Opaque, and good for this list alone. */
function signed(list, values) {
  const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
  const signature = createHmac('sha256', cursorKey).update(`${list}\n${payload}`).digest().subarray(0, 16);
  return `${payload}.${signature.toString('base64url')}`;
}
