import { Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import type { ProblemCode } from '../../common/errors/problems.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { ROUTE_EXTENSION } from '../../common/openapi/extensions.js';
import { HttpRoute } from '../../core/http/route-config.js';
import { networkKey } from '../../core/throttle/network-key.js';
import { LiveHub } from '../live-hub.js';
import { LiveReaders } from '../feed/live-readers.js';
import { ResumeQuery } from '../resume.query.js';
import { EventStream } from './event-stream.js';
import { EVENTS_DESCRIPTION, EVENTS_EXAMPLE } from './events.docs.js';

const TYPE = 'text/event-stream';
const ERRORS: ProblemCode[] = ['TOO_MANY_CONNECTIONS'];

/** What happens, as it happens, for whoever listens. */
@ApiController('events', 'Live')
export class EventsController {
  constructor(
    private readonly hub: LiveHub,
    private readonly readers: LiveReaders,
  ) {}

  @Get()
  @Public({ token: 'ignored' })
  @HttpRoute({ isStream: true })
  @ApiOperation({ summary: 'Listen to what is published', description: EVENTS_DESCRIPTION })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The `id` of the last event that was received',
    schema: { type: 'string', maxLength: 100 },
  })
  @ApiResponse({
    status: 200,
    description: 'Events, for as long as the connection lasts',
    content: { [TYPE]: { schema: { type: 'string', example: EVENTS_EXAMPLE } } },
  })
  @ApiExtension(ROUTE_EXTENSION.errors, ERRORS)
  async listen(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { lastEventId }: ResumeQuery,
  ): Promise<void> {
    const reader = await this.readers.open(request.headers['last-event-id']?.toString() ?? lastEventId);
    const network = networkKey(request.ip);
    this.hub.admit(network);
    void reply.type(TYPE).headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    if (request.method === 'HEAD') return void reply.send('');
    const stream = new EventStream(network, reader);
    this.hub.add(stream);
    stream.once('close', () => this.hub.remove(stream));
    void reply.send(stream);
  }
}
