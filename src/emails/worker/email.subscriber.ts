import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids/uuid.js';
import { currentContext } from '../../core/context/request-context.js';
import { OnEvent, type AfterCommit } from '../../core/outbox/on-event.decorator.js';
import { UserRegistered } from '../../users/users.events.js';
import { UsersService } from '../../users/users.service.js';
import type { EmailKind } from '../email.entity.js';
import { EmailsRepository } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';

/** Turns what happened into mails that are owed. */
@Injectable()
export class EmailSubscriber {
  constructor(
    private readonly emails: EmailsRepository,
    private readonly users: UsersService,
    private readonly queue: EmailQueue,
  ) {}

  @OnEvent(UserRegistered)
  async welcome({ userId }: UserRegistered): Promise<AfterCommit | void> {
    return this.owe('welcome', userId);
  }

  private async owe(kind: EmailKind, userId: string): Promise<AfterCommit | void> {
    const contact = await this.users.contact(userId);
    if (!contact) return;
    const { requestId, traceparent } = currentContext();
    const email = { id: newId(), kind, userId, toAddress: contact.email, context: { requestId, traceparent } };
    await this.emails.insert(email);
    return () => this.queue.add({ id: email.id, tries: 0 });
  }
}
