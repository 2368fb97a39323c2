import { Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OAuthErrorResponse } from '../../../src/auth/dto/oauth-error.response.js';
import { Public } from '../../../src/common/access/public.decorator.js';
import { AppError } from '../../../src/common/errors/app-error.js';
import { ApiAnswer } from '../../../src/common/openapi/api-answer.decorator.js';
import { ApiController } from '../../../src/common/openapi/api-controller.decorator.js';
import { IdParam } from '../../../src/common/validation/id-param.dto.js';
import { Deprecated } from '../../../src/core/deprecation/deprecated.decorator.js';
import { HttpRoute } from '../../../src/core/http/route-config.js';
import { TagPageResponse } from '../../../src/posts/tags/tag.response.js';

export const PLAN = { since: '2026-03-02', sunset: '2026-09-02', replacement: '/api/v1/fresh/{id}' };
const EARLIER = { since: '2025-12-24', sunset: '2026-06-30', replacement: 'https://example.com/new' };
export const ID = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55';
/** As large as a body that is compressed. */
const LONG = 'x'.repeat(5_000);

@ApiController('fading', 'Posts')
export class FadingController {
  @Get(':id')
  @Public()
  @Deprecated(PLAN)
  @ApiAnswer(200, TagPageResponse, {
    summary: 'Read',
    errors: ['POST_NOT_FOUND'],
    headers: ['Link', 'ETag'],
    notModified: true,
  })
  read(@Param() { id }: IdParam, @Res({ passthrough: true }) reply: FastifyReply): object {
    if (id !== ID) throw new AppError('POST_NOT_FOUND');
    void reply.headers({ link: '</next>; rel="next"', etag: '"1"' });
    return { items: [], page: { limit: 20, hasMore: false, nextCursor: null }, padding: LONG };
  }

  @Post(':id')
  @Deprecated(PLAN)
  @HttpRoute({ json: false, form: ['title'] })
  @ApiAnswer(204, null, { summary: 'Change' })
  change(): void {}

  @Get(':id/failure')
  @Public()
  @HttpRoute({ errorAnswer: () => ({ status: 418, body: { error: 'invalid_request', error_description: 'Not so' } }) })
  @Deprecated({ ...PLAN, replacement: '/api/v1/fresh' })
  @ApiAnswer(200, null, {
    summary: 'Fail in a format of its own',
    errorFormat: { type: OAuthErrorResponse, statuses: [418] },
  })
  fail(): void {
    throw new Error('fails');
  }

  @Get(':id/outage')
  @Public()
  @Deprecated(PLAN)
  @ApiAnswer(200, null, { summary: 'Be away' })
  outage(): void {
    throw new AppError('SERVICE_UNAVAILABLE');
  }

  @Get(':id/lasting')
  @Public()
  @ApiAnswer(200, null, { summary: 'Stay', headers: ['Link'] })
  lasting(): void {}
}

@Deprecated(EARLIER)
@ApiController('gone', 'Posts')
export class GoneController {
  @Get('one')
  @Public()
  @ApiAnswer(200, null, { summary: 'One' })
  one(): void {}

  @Get('two')
  @Public()
  @Deprecated({ ...PLAN, replacement: '/api/v1/fresh' })
  @ApiAnswer(200, null, { summary: 'Two' })
  two(): void {}
}
