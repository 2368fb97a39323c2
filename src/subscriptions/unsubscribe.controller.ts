import { Post, Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { Public } from '../common/access/public.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { HttpRoute } from '../core/http/route-config.js';
import { SubscriptionsService } from './subscriptions.service.js';

@ApiController('unsubscribe', 'Subscriptions')
export class UnsubscribeController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  /** Mail programs post a form of their own (RFC 8058 §3.2), which says nothing that the link does not. */
  @Post()
  @Public({ token: 'ignored' })
  @HttpRoute({ ignoresBody: true })
  @ApiQuery({ name: 'token', description: 'From the link in the mail', schema: { type: 'string', maxLength: 200 } })
  @ApiAnswer(204, null, {
    summary: 'Unsubscribe with one click',
    description: 'With the link of a mail, and without signing in (RFC 8058). Repeating it changes nothing.',
    errors: ['LINK_TOKEN_INVALID'],
  })
  async unsubscribe(@Query('token') token: unknown): Promise<void> {
    await this.subscriptions.unsubscribe(typeof token === 'string' ? token : '');
  }
}
