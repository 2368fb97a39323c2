import { Session } from './auth/sessions/session.entity.js';
import { OutboxEvent } from './core/outbox/outbox-event.entity.js';
import { Email } from './emails/email.entity.js';
import { Post } from './posts/post.entity.js';
import { User } from './users/user.entity.js';

/** Every table of ours; the schema check holds them against the migrations. */
export const ENTITIES = [User, Session, Post, OutboxEvent, Email];
