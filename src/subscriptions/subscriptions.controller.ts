import { Delete, Get, Param, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { PageQuery } from '../common/paging/page-query.dto.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { SubscriptionPageResponse } from './dto/subscription.response.js';
import { SubscriptionsService } from './subscriptions.service.js';

/** The paths begin with users, the answers are subscriptions: they belong here. */
@ApiController('users', 'Subscriptions')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  @Get('me/subscriptions')
  @ApiAnswer(200, SubscriptionPageResponse, { summary: 'List the authors whom one follows', headers: ['Link'] })
  async page(
    @CurrentUser() actor: Actor,
    @Query() query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionPageResponse> {
    const page = await this.subscriptions.page(actor.id, query);
    setPageLinks(reply, page);
    return SubscriptionPageResponse.from(page);
  }

  @Put(':id/subscription')
  @ApiAnswer(204, null, {
    summary: 'Follow an author',
    description: 'A mail for each new post, once one’s address is verified. Repeating it changes nothing.',
    errors: ['USER_NOT_FOUND'],
  })
  async follow(@CurrentUser() actor: Actor, @Param() { id }: IdParam): Promise<void> {
    await this.subscriptions.follow(actor.id, id);
  }

  @Delete(':id/subscription')
  @ApiAnswer(204, null, { summary: 'Follow an author no longer', description: 'Repeating it changes nothing.' })
  async unfollow(@CurrentUser() actor: Actor, @Param() { id }: IdParam): Promise<void> {
    await this.subscriptions.unfollow(actor.id, id);
  }
}
