import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import {
  AccountLocked,
  PasswordResetRequested,
  RefreshTokenReused,
  SignedInFromNewDevice,
  VerificationRequested,
} from '../../auth/auth.events.js';
import { newId } from '../../common/ids/uuid.js';
import { currentContext } from '../../core/context/request-context.js';
import { TransactionBatcher } from '../../core/database/transaction-batcher.js';
import { OnEvent, type AfterCommit } from '../../core/outbox/on-event.decorator.js';
import {
  EmailChanged,
  EmailChangeRequested,
  PasswordChanged,
  RoleChanged,
  UserDeleted,
  UserInvited,
  UserRegistered,
} from '../../users/users.events.js';
import type { ContactRow } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import type { EmailFacts, EmailKind } from '../email.entity.js';
import { EmailsRepository, type NewEmail } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';

/** So many mails of a kind an address gets in an hour; what is asked for beyond is passed over without a word. */
const HOURLY_LIMIT = 3;

type Handled = Promise<AfterCommit | void>;

/** Turns what happened into mails that are owed; what the relay brings together is read and written together. */
@Injectable()
export class EmailSubscriber {
  private readonly contacts: TransactionBatcher<string, ContactRow | undefined>;
  private readonly added: TransactionBatcher<NewEmail, boolean>;

  constructor(
    emails: EmailsRepository,
    private readonly users: UsersService,
    private readonly queue: EmailQueue,
    transactions: TransactionHost<TransactionalAdapterTypeOrm>,
  ) {
    this.contacts = new TransactionBatcher(transactions, async (ids) => {
      const contacts = new Map((await users.contacts(ids)).map((contact) => [contact.id, contact]));
      return ids.map((id) => contacts.get(id));
    });
    this.added = new TransactionBatcher(transactions, (added) => emails.insert(added));
  }

  @OnEvent(UserRegistered)
  async welcome({ userId }: UserRegistered): Handled {
    const contact = await this.contact(userId);
    return contact && this.oweWithinLimit('welcome', contact, contact.email);
  }

  @OnEvent(UserInvited)
  async invite({ userId }: UserInvited): Handled {
    return this.oweToAccount('invitation', userId);
  }

  @OnEvent(VerificationRequested)
  async verify({ email }: VerificationRequested): Handled {
    const contact = await this.users.contactByEmail(email);
    if (!contact || contact.emailVerifiedAt) return;
    return this.oweWithinLimit('verify', contact, contact.email);
  }

  @OnEvent(PasswordResetRequested)
  async resetPassword({ email }: PasswordResetRequested): Handled {
    const contact = await this.users.contactByEmail(email);
    if (!contact?.isActive) return;
    return this.oweWithinLimit('password-reset', contact, contact.email);
  }

  @OnEvent(PasswordChanged)
  async passwordChanged({ userId }: PasswordChanged): Handled {
    return this.oweToAccount('password-changed', userId);
  }

  /** The new address confirms, the old one is told. */
  @OnEvent(EmailChangeRequested)
  async emailChangeRequested({ userId }: EmailChangeRequested): Handled {
    const contact = await this.contact(userId);
    if (!contact?.pendingEmail) return;
    const confirm = await this.oweWithinLimit('email-change', contact, contact.pendingEmail);
    const notice = await this.oweWithinLimit('email-change-notice', contact, contact.email);
    return async () => {
      await confirm?.();
      await notice?.();
    };
  }

  @OnEvent(EmailChanged)
  async emailChanged({ userId, formerEmail }: EmailChanged): Handled {
    const contact = await this.contact(userId);
    return contact && this.owe('email-changed', contact, formerEmail);
  }

  @OnEvent(RoleChanged)
  async roleChanged({ userId }: RoleChanged): Handled {
    return this.oweToAccount('role-changed', userId);
  }

  @OnEvent(SignedInFromNewDevice)
  async newSignIn({ userId, sessionId }: SignedInFromNewDevice): Handled {
    return this.oweToAccount('new-sign-in', userId, { sessionId });
  }

  @OnEvent(RefreshTokenReused)
  async refreshReused({ userId, sessionId }: RefreshTokenReused): Handled {
    return this.oweToAccount('refresh-reused', userId, { sessionId });
  }

  @OnEvent(AccountLocked)
  async accountLocked({ userId }: AccountLocked): Handled {
    return userId === null ? undefined : this.oweToAccount('account-locked', userId);
  }

  /** The one mail that a deleted account still gets. */
  @OnEvent(UserDeleted)
  async accountDeleted({ userId }: UserDeleted): Handled {
    const contact = await this.contacts.add(userId);
    return contact && this.oweWithinLimit('account-deleted', contact, contact.email);
  }

  private async oweToAccount(kind: EmailKind, userId: string, facts?: EmailFacts): Handled {
    const contact = await this.contact(userId);
    return contact && this.owe(kind, contact, contact.email, facts);
  }

  /** For mails that a stranger can cause, to an address of anybody. */
  private async oweWithinLimit(kind: EmailKind, contact: ContactRow, toAddress: string): Handled {
    return this.add({ ...newEmail(kind, contact, toAddress), hourlyLimit: HOURLY_LIMIT });
  }

  private async owe(kind: EmailKind, contact: ContactRow, toAddress: string, known?: EmailFacts): Handled {
    return this.add(newEmail(kind, contact, toAddress, known));
  }

  private async add(email: NewEmail): Handled {
    const isOwed = await this.added.add(email);
    return isOwed ? () => this.queue.add({ id: email.id, tries: 0, postId: null }) : undefined;
  }

  private async contact(userId: string): Promise<ContactRow | undefined> {
    const contact = await this.contacts.add(userId);
    return contact?.deletedAt === null ? contact : undefined;
  }
}

function newEmail(kind: EmailKind, contact: ContactRow, toAddress: string, known: EmailFacts = {}): NewEmail {
  const { requestId, traceparent } = currentContext();
  const facts = { ...known, credentialsChangedAt: contact.credentialsChangedAt.toISOString() };
  return { id: newId(), kind, userId: contact.id, toAddress, facts, context: { requestId, traceparent } };
}
