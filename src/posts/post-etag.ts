import { AppError } from '../common/errors/app-error.js';
import type { Post } from './post.entity.js';

/** The strong validator of a post: it changes with every change, and no two posts share one. */
export const postETag = ({ id, version }: Pick<Post, 'id' | 'version'>): string => `"${id}.${version}"`;

/**
 * `If-Match` (RFC 9110 §13.1.1): the change is only made to the version that the client has seen.
 * @throws AppError `VERSION_MISMATCH`
 */
export function checkPrecondition(ifMatch: string | undefined, post: Pick<Post, 'id' | 'version'>): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (!tagsOf(ifMatch).includes(postETag(post))) throw new AppError('VERSION_MISMATCH');
}

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim());
