import { AppError } from '../common/errors/app-error.js';
import type { Post } from './post.entity.js';

/**
 * The strong validator of a post: it changes with every change, and no two posts share one.
 * @param form of the answer, since each of its forms has validators of its own (RFC 9110 §8.8.3)
 */
export const postETag = ({ id, version }: Pick<Post, 'id' | 'version'>, form?: 'html'): string =>
  `"${id}.${version}${form ? `.${form}` : ''}"`;

/**
 * `If-Match` (RFC 9110 §13.1.1): the change is only made to the version that the client has seen, in whatever form.
 * @throws AppError `VERSION_MISMATCH`
 */
export function checkPrecondition(ifMatch: string | undefined, post: Pick<Post, 'id' | 'version'>): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const seen = tagsOf(ifMatch);
  if (!seen.includes(postETag(post)) && !seen.includes(postETag(post, 'html'))) throw new AppError('VERSION_MISMATCH');
}

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim());
