import { Identity } from './auth/identities/identity.entity.js';
import { SignInCounter } from './auth/lockout/sign-in-counter.entity.js';
import { Session } from './auth/sessions/session.entity.js';
import { AuditEvent } from './core/audit/audit-event.entity.js';
import { IdempotencyKey } from './core/idempotency/idempotency-key.entity.js';
import { LiveEventEntity } from './core/live/live-event.entity.js';
import { OutboxEvent } from './core/outbox/outbox-event.entity.js';
import { EmailFanOut } from './emails/bulk/email-fan-out.entity.js';
import { Email } from './emails/email.entity.js';
import { Post } from './posts/post.entity.js';
import { PostRevision } from './posts/revisions/post-revision.entity.js';
import { SearchablePost } from './posts/search/searchable-post.entity.js';
import { FormerSlug } from './posts/slugs/former-slug.entity.js';
import { Subscription } from './subscriptions/subscription.entity.js';
import { User } from './users/user.entity.js';

/** Every table of ours; the schema check holds them against the migrations. */
export const ENTITIES = [
  User,
  Session,
  Identity,
  SignInCounter,
  Post,
  SearchablePost,
  FormerSlug,
  PostRevision,
  Subscription,
  OutboxEvent,
  LiveEventEntity,
  Email,
  EmailFanOut,
  AuditEvent,
  IdempotencyKey,
];
