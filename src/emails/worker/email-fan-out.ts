import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { newId } from '../../common/ids/uuid.js';
import { currentContext } from '../../core/context/request-context.js';
import { OnEvent, type AfterCommit } from '../../core/outbox/on-event.decorator.js';
import { PostPublished } from '../../posts/posts.events.js';
import { PostsService } from '../../posts/posts.service.js';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service.js';
import { EmailFanOutsRepository } from '../bulk/email-fan-outs.repository.js';
import { EmailsRepository, type DueEmail } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';

/** Followers a transaction. */
const PAGE = 500;

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
  ) {}

  @OnEvent(PostPublished)
  async begin({ postId }: PostPublished): Promise<AfterCommit | void> {
    const { requestId, traceparent } = currentContext();
    await this.fanOuts.begin(postId, { requestId, traceparent });
    // Not waited for: other events must not stand in line behind a hundred thousand mails.
    return async () => void this.work().catch(() => undefined);
  }

  /** Works until nothing is left; what another worker has at hand is left to it. */
  async work(): Promise<void> {
    this.running ??= this.drain().finally(() => (this.running = undefined));
    return this.running;
  }

  private async drain(): Promise<void> {
    for (let page = await this.nextPage(); page !== undefined; page = await this.nextPage())
      await this.queue.addBulk(page);
  }

  /** @returns the mails that were written; undefined where nothing is left to do */
  @Transactional()
  private async nextPage(): Promise<DueEmail[] | undefined> {
    const fanOut = await this.fanOuts.claim();
    if (!fanOut) return undefined;
    const [post] = await this.posts.publishedAmong([fanOut.postId]);
    // Withdrawn meanwhile; published again, it begins again.
    if (!post) {
      await this.fanOuts.advance(fanOut.id, fanOut.lastSubscriberId, 0, true);
      return [];
    }
    const followers = await this.subscriptions.followers(post.authorId, fanOut.lastSubscriberId, PAGE);
    const written = await this.emails.insertForPost(
      followers.map(({ subscriberId, email }) => ({ id: newId(), userId: subscriberId, toAddress: email })),
      fanOut,
    );
    const last = followers.at(-1)?.subscriberId ?? fanOut.lastSubscriberId;
    await this.fanOuts.advance(fanOut.id, last, written.length, followers.length < PAGE);
    return written;
  }
}
