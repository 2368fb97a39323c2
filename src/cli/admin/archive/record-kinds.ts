import { z } from 'zod';
import { ROLES } from '../../../common/access/role.js';
import { isUuid } from '../../../common/ids/uuid.js';
import { SnakeNamingStrategy } from '../../../core/database/snake-naming.strategy.js';
import { TAGS_SCHEMA, MAX_TAG_LENGTH, normaliseTag } from '../../../posts/dto/tags.decorator.js';
import { MAX_CONTENT_LENGTH, MAX_TITLE_LENGTH } from '../../../posts/dto/write-post.dto.js';
import { MAX_EXCERPT_LENGTH } from '../../../posts/excerpt.js';
import { POST_STATUSES } from '../../../posts/post.entity.js';
import { MAX_SLUG_LENGTH, SLUG_PATTERN } from '../../../posts/slugs/slug.js';
import { isEmailAddress } from '../../../users/dto/email-address.decorator.js';
import { USERNAME_SCHEMA } from '../../../users/dto/username.decorator.js';
import { identityKey } from '../../../users/identity.js';
import { id, orNull, singleLine, text, time, version } from './fields.js';

/** One type of line, and the table behind it. Its members are the columns in camelCase. */
export interface RecordKind {
  type: string;
  plural: string;
  table: string;
  /** What orders the lines, and makes two exports of the same rows equal. */
  order: string;
  /** The primary key: a row that is there already under it stays as it is. */
  key: string[];
  /** Where a row of the same key may be another one: the member that has to be the same too. */
  owner?: string;
  schema: z.ZodObject;
  /** Columns that no line has and that are made from what it has. */
  derive?: (line: Record<string, unknown>) => Record<string, unknown>;
}

const MAX_NAME_LENGTH = 100;

const emailAddress = z.string().refine(isEmailAddress, 'must be one e-mail address');

const username = text(USERNAME_SCHEMA.maxLength)
  .min(USERNAME_SCHEMA.minLength)
  .regex(new RegExp(USERNAME_SCHEMA.pattern), 'may have letters, digits, and _ . - only')
  .refine((value) => !isUuid(value), 'must not have the shape of an id');

/** One of another program would let nobody in, and say so to nobody. */
const passwordHash = z.string().regex(/^v\d{1,2}:\S{1,250}$/, 'is no hash of this program');

const account = z.strictObject({
  id,
  email: emailAddress,
  emailVerifiedAt: orNull(time),
  pendingEmail: orNull(emailAddress),
  credentialsChangedAt: time,
  username,
  fullName: orNull(singleLine(MAX_NAME_LENGTH)),
  role: z.enum(ROLES),
  isActive: z.boolean(),
  passwordHash: orNull(passwordHash),
  sessionsValidFrom: orNull(time),
  createdAt: time,
  updatedAt: time,
  deletedAt: orNull(time),
});

const slug = z.string().max(MAX_SLUG_LENGTH).regex(SLUG_PATTERN, 'must be lower-case words joined by hyphens');

const tag = text(MAX_TAG_LENGTH)
  .min(1)
  .refine((value) => normaliseTag(value) === value, 'must be trimmed and in lower case');

const words = {
  slug,
  title: singleLine(MAX_TITLE_LENGTH).min(1),
  content: text(MAX_CONTENT_LENGTH),
  excerpt: text(MAX_EXCERPT_LENGTH),
  tags: z.array(tag).max(TAGS_SCHEMA.maxItems),
  status: z.enum(POST_STATUSES),
};

const post = z
  .strictObject({
    id,
    authorId: id,
    ...words,
    publishedAt: orNull(time),
    publishAt: orNull(time),
    version,
    editedById: orNull(id),
    createdAt: time,
    updatedAt: time,
    deletedAt: orNull(time),
  })
  .refine((line) => line.status !== 'published' || line.publishedAt !== null, {
    path: ['publishedAt'],
    message: 'must be there for a published post',
  })
  .refine((line) => line.status !== 'scheduled' || line.publishAt !== null, {
    path: ['publishAt'],
    message: 'must be there for a scheduled post',
  });

const formerSlug = z.strictObject({ slug, postId: id, createdAt: time });

const revision = z.strictObject({ postId: id, version, ...words, editorId: orNull(id), createdAt: time });

const subscription = z.strictObject({ id, authorId: id, subscriberId: id, createdAt: time });

const NAMING = new SnakeNamingStrategy();

export const columnOf = (member: string): string => NAMING.columnName(member, undefined);

/** In an order in which what is referred to comes first. */
export const RECORD_KINDS: RecordKind[] = [
  {
    type: 'account',
    plural: 'accounts',
    table: 'users',
    order: 'id',
    key: ['id'],
    schema: account,
    derive: ({ email, username: name }) => ({
      email_key: identityKey(String(email)),
      username_key: identityKey(String(name)),
    }),
  },
  { type: 'post', plural: 'posts', table: 'posts', order: 'id', key: ['id'], schema: post },
  {
    type: 'formerSlug',
    plural: 'former slugs',
    table: 'post_slugs',
    order: 'post_id, slug',
    key: ['slug'],
    owner: 'postId',
    schema: formerSlug,
  },
  {
    type: 'revision',
    plural: 'revisions',
    table: 'post_revisions',
    order: 'post_id, version',
    key: ['postId', 'version'],
    schema: revision,
  },
  {
    type: 'subscription',
    plural: 'subscriptions',
    table: 'subscriptions',
    order: 'id',
    key: ['id'],
    schema: subscription,
  },
];
