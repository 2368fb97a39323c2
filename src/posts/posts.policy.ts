import type { Actor } from '../common/access/actor.js';
import type { Post } from './post.entity.js';

/** Who may do what with a post; pure, and the only place that says so. */

/** Editors and administrators work on everybody's posts. */
export const isEditorial = (actor: Actor | undefined): boolean => actor?.role === 'editor' || actor?.role === 'admin';

export const canEdit = (actor: Actor, post: Pick<Post, 'authorId'>): boolean =>
  actor.id === post.authorId || isEditorial(actor);

/** What one may not see is 404, so that a draft does not tell that it exists. */
export const canSee = (actor: Actor | undefined, post: Pick<Post, 'authorId' | 'status'>): boolean =>
  post.status === 'published' || (actor !== undefined && canEdit(actor, post));
