import { Identity } from './auth/identities/identity.entity.js';
import { SignInCounter } from './auth/lockout/sign-in-counter.entity.js';
import { Session } from './auth/sessions/session.entity.js';
import { AuditEvent } from './core/audit/audit-event.entity.js';
import { OutboxEvent } from './core/outbox/outbox-event.entity.js';
import { Email } from './emails/email.entity.js';
import { Post } from './posts/post.entity.js';
import { User } from './users/user.entity.js';

/** Every table of ours; the schema check holds them against the migrations. */
export const ENTITIES = [User, Session, Identity, SignInCounter, Post, OutboxEvent, Email, AuditEvent];
