import { Injectable } from '@nestjs/common';
import { Settings } from '../../core/config/settings.js';
import { API_PREFIX } from '../../common/openapi/api-controller.decorator.js';
import { postUrl } from '../../posts/post-url.js';
import { PostsService } from '../../posts/posts.service.js';
import type { Follow } from '../../subscriptions/subscriptions.repository.js';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service.js';
import { UnsubscribeTokens } from '../../subscriptions/unsubscribe-tokens.js';
import type { EmailRow } from '../email-row.js';

/** What a mail tells of a new post. */
export interface PostNews {
  title: string;
  excerpt: string;
  author: string;
  url: string;
  /** Ends the subscription, without signing in. */
  unsubscribeUrl: string;
}

type NewsEmail = Pick<EmailRow, 'userId' | 'postId' | 'state'>;

/** Reads what the mails about new posts tell. */
@Injectable()
export class PostNewsReader {
  constructor(
    private readonly posts: PostsService,
    private readonly subscriptions: SubscriptionsService,
    private readonly tokens: UnsubscribeTokens,
    private readonly settings: Settings,
  ) {}

  /**
   * For many mails at once.
   * @returns what tells the news of one of them; undefined where the post was withdrawn, or its reader follows no more
   */
  async readerFor(emails: NewsEmail[]): Promise<(email: NewsEmail) => PostNews | undefined> {
    const postIds = [...new Set(emails.flatMap(({ postId }) => postId ?? []))];
    if (postIds.length === 0) return () => undefined;
    const posts = new Map((await this.posts.publishedAmong(postIds)).map((post) => [post.id, post]));
    const pairs = emails.flatMap(({ userId, postId }) => {
      const authorId = posts.get(postId ?? '')?.authorId;
      return authorId ? [{ subscriberId: userId, authorId }] : [];
    });
    const followed = new Set((await this.subscriptions.among(pairs)).map(pairKey));
    return ({ userId, postId, state }) => {
      const post = posts.get(postId ?? '');
      // A mail that has left stays readable in the log.
      if (!post || (state !== 'sent' && !followed.has(pairKey({ subscriberId: userId, authorId: post.authorId }))))
        return undefined;
      const token = this.tokens.derive({ subscriberId: userId, authorId: post.authorId });
      return {
        title: post.title,
        excerpt: post.excerpt,
        author: post.authorFullName ?? post.authorUsername,
        url: postUrl(this.settings, post.slug),
        unsubscribeUrl: `${this.settings.PUBLIC_URL}${API_PREFIX}/unsubscribe?token=${token}`,
      };
    };
  }
}

const pairKey = ({ subscriberId, authorId }: Follow): string => `${subscriberId} ${authorId}`;
