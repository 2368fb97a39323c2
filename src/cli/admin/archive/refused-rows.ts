import { DatabaseError } from 'pg';
import { Refusal } from './parse-line.js';

/** What a row can run into in a database with rows of its own. */
const BY_CONSTRAINT: Record<string, string> = {
  users_email_key_unique: 'account: another account has this address',
  users_username_key_unique: 'account: another account has this username',
  posts_slug_unique: 'post: another post has this slug',
  posts_author_id_fkey: 'post: its author is not known',
  posts_edited_by_id_fkey: 'post: the account that edited it is not known',
  post_slugs_pkey: 'formerSlug: it leads to another post',
  post_slugs_post_id_fkey: 'formerSlug: its post is not known',
  post_revisions_post_id_fkey: 'revision: its post is not known',
  post_revisions_editor_id_fkey: 'revision: its editor is not known',
  subscriptions_author_id_fkey: 'subscription: its author is not known',
  subscriptions_subscriber_id_fkey: 'subscription: its subscriber is not known',
  subscriptions_author_subscriber: 'subscription: there is one of the same two accounts',
};

/** Classes of SQLSTATE in which it is the row that is wrong: data, constraints, limits. */
const ROW_CLASSES = new Set(['22', '23', '54']);

/** Whether it is the rows that PostgreSQL does not take, and not that it is not there or has no room left. */
export const isAboutRows = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && ROW_CLASSES.has((error.code ?? '').slice(0, 2));

export function refusalOf({ constraint, message }: DatabaseError): Refusal {
  const known = constraint === undefined ? undefined : BY_CONSTRAINT[constraint];
  return new Refusal(known ?? message.replaceAll(/\p{Cc}+/gu, ' '));
}
