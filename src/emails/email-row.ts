import type { Email } from './email.entity.js';

export type EmailRow = Pick<
  Email,
  | 'id'
  | 'kind'
  | 'userId'
  | 'postId'
  | 'toAddress'
  | 'state'
  | 'tries'
  | 'lastAnswer'
  | 'history'
  | 'earlierTries'
  | 'context'
  | 'facts'
  | 'createdAt'
  | 'sentAt'
>;

/** A mail that should be on its way, and the number of tries it has behind it. One about a post is one of many. */
export type DueEmail = Pick<Email, 'id' | 'tries' | 'postId'>;

/** The columns of an `EmailRow`. */
export const EMAIL_COLUMNS = `id, kind, user_id AS "userId", post_id AS "postId", to_address AS "toAddress", state, tries,
  last_answer AS "lastAnswer", history, earlier_tries AS "earlierTries", context, facts, created_at AS "createdAt", sent_at AS "sentAt"`;
