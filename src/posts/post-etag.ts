import { createHash } from 'node:crypto';
import { AppError } from '../common/errors/app-error.js';
import type { RowPage } from '../common/paging/page.js';
import type { PostRow } from './post-row.js';

/** Id and version; between them may be the names of the author, which do not count for a change. */
const TAG = /^"([^".]+)(?:\.[^".]+)?\.(\d+)(?:\.html)?"$/;

type TaggedPost = Pick<PostRow, 'id' | 'version' | 'authorUsername' | 'authorFullName'>;

/**
 * The strong validator of a post: it changes with every change of what is answered, the names of the author too, and no
 * two posts share one.
 * @param form of the answer, since each of its forms has validators of its own (RFC 9110 §8.8.3)
 */
export function postETag({ id, version, authorUsername, authorFullName }: TaggedPost, form?: 'html'): string {
  const names = createHash('sha1').update(JSON.stringify([authorUsername, authorFullName]));
  return `"${id}.${names.digest('hex').slice(0, 12)}.${version}${form ? `.${form}` : ''}"`;
}

/**
 * The strong validator of a page of posts. Of the same URL, it changes with everything that is answered; to hash the
 * versions costs a tenth of hashing the texts.
 */
export function pageETag({ rows, page, previousCursor }: RowPage<PostRow>): string {
  const versions = rows.map((row) => [row.id, row.version, row.authorUsername, row.authorFullName, row.snippet]);
  const hash = createHash('sha1').update(JSON.stringify([versions, page, previousCursor]));
  return `"${hash.digest('base64url')}"`;
}

/**
 * `If-Match` (RFC 9110 §13.1.1): the change is only made to the version that the client has seen, in whatever form.
 * @throws AppError `VERSION_MISMATCH`
 */
export function checkPrecondition(ifMatch: string | undefined, { id, version }: Pick<PostRow, 'id' | 'version'>): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const seen = ifMatch.split(',').map((tag) => TAG.exec(tag.trim()));
  if (!seen.some((tag) => tag?.[1] === id && tag[2] === String(version))) throw new AppError('VERSION_MISMATCH');
}
