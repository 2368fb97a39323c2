import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';
import { EmailsRepository, type EmailCounts } from '../emails.repository.js';
import { EmailFanOutsRepository, type FanOutRow } from './email-fan-outs.repository.js';

export interface Progress extends FanOutRow {
  /** Of all mails about the post. */
  counts: EmailCounts;
}

/** How far the mails to many have got. */
@Injectable()
export class BulkEmailsService {
  constructor(
    private readonly fanOuts: EmailFanOutsRepository,
    private readonly emails: EmailsRepository,
  ) {}

  async page(query: PageQuery): Promise<RowPage<FanOutRow>> {
    return this.fanOuts.page(query);
  }

  /** @throws AppError `BULK_EMAIL_NOT_FOUND` */
  async progress(id: string): Promise<Progress> {
    const fanOut = await this.fanOuts.byId(id);
    if (!fanOut) throw new AppError('BULK_EMAIL_NOT_FOUND');
    return { ...fanOut, counts: await this.emails.countOfPost(fanOut.postId) };
  }
}
