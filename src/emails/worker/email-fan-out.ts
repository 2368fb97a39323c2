import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { newId } from '../../common/ids/uuid.js';
import { Settings } from '../../core/config/settings.js';
import { currentContext } from '../../core/context/request-context.js';
import { OnEvent, type AfterCommit } from '../../core/outbox/on-event.decorator.js';
import { PostPublished } from '../../posts/posts.events.js';
import { PostsService } from '../../posts/posts.service.js';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service.js';
import { EmailFanOutsRepository } from '../bulk/email-fan-outs.repository.js';
import { EmailsRepository } from '../emails.repository.js';
import type { DueEmail } from '../email-row.js';
import { EmailQueue } from './email-queue.js';

/** Followers a transaction. */
const PAGE = 500;
/** Of more mails about posts that are owed, no further ones are written: the table and the queue stay small. */
const MAX_BACKLOG = 5_000;

/**
 * Turns one published post into a mail for each follower, page by page. Where it is stands in its row, written together
 * with the mails of the page: a kill resumes it, and a follower gets one mail whatever happens.
 */
@Injectable()
export class EmailFanOut {
  private running: Promise<void> | undefined;

  constructor(
    private readonly fanOuts: EmailFanOutsRepository,
    private readonly emails: EmailsRepository,
    private readonly posts: PostsService,
    private readonly subscriptions: SubscriptionsService,
    private readonly queue: EmailQueue,
    private readonly settings: Settings,
  ) {}

  @OnEvent(PostPublished)
  async begin({ postId }: PostPublished): Promise<AfterCommit | void> {
    const { requestId, traceparent } = currentContext();
    await this.fanOuts.begin(postId, { requestId, traceparent });
    // Not waited for: other events must not stand in line behind a hundred thousand mails.
    return async () => void this.work().catch(() => undefined);
  }

  /** Works until nothing is left to do for now; called again and again. */
  async work(): Promise<void> {
    this.running ??= this.drain().finally(() => (this.running = undefined));
    return this.running;
  }

  private async drain(): Promise<void> {
    for (let page = await this.nextPage(); page !== undefined; page = await this.nextPage())
      await this.queue.addAll(page);
  }

  /** @returns the mails that were written; undefined where nothing is to be done for now */
  @Transactional()
  private async nextPage(): Promise<DueEmail[] | undefined> {
    if ((await this.emails.bulkBacklog(MAX_BACKLOG)) >= MAX_BACKLOG) return undefined;
    const fanOut = await this.fanOuts.claim();
    if (!fanOut) return undefined;
    const [post] = await this.posts.publishedAmong([fanOut.postId]);
    const { lastSubscriberId } = fanOut;
    // Withdrawn meanwhile; published again, it begins again.
    if (!post) {
      await this.fanOuts.advance(fanOut.id, { lastSubscriberId, mails: 0, isDone: true, pause: 0 });
      return [];
    }
    const { BULK_MAIL_RATE: rate } = this.settings;
    const size = rate === 0 ? PAGE : Math.min(PAGE, rate);
    const followers = await this.subscriptions.followers(post.authorId, lastSubscriberId, size);
    const written = await this.emails.insertForPost(
      followers.map(({ subscriberId, email }) => ({ id: newId(), userId: subscriberId, toAddress: email })),
      fanOut,
    );
    await this.fanOuts.advance(fanOut.id, {
      lastSubscriberId: followers.at(-1)?.subscriberId ?? lastSubscriberId,
      mails: written.length,
      isDone: followers.length < size,
      pause: rate === 0 ? 0 : (1_000 * written.length) / rate,
    });
    return written;
  }
}
