import { Controller, Get, Headers, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { AppError } from '../../common/errors/app-error.js';
import { API_PREFIX } from '../../common/openapi/api-controller.decorator.js';
import { networkKey } from '../../core/throttle/network-key.js';
import { LiveReaders } from '../feed/live-readers.js';
import { LiveHub } from '../live-hub.js';
import { ResumeQuery } from '../resume.query.js';
import { LiveSocket } from './live-socket.js';
import { SocketAccess } from './socket-access.js';
import { SocketOriginGuard } from './socket-origin.guard.js';
import { Upgrades } from './upgrades.js';

/** What OpenAPI has no words for; the description of `/events` tells of it. */
@ApiExcludeController()
@Controller(`${API_PREFIX}/ws`)
export class SocketsController {
  constructor(
    private readonly hub: LiveHub,
    private readonly readers: LiveReaders,
    private readonly upgrades: Upgrades,
    private readonly access: SocketAccess,
  ) {}

  @Get()
  @Public({ token: 'ignored' })
  @UseGuards(SocketOriginGuard)
  async connect(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { lastEventId }: ResumeQuery,
    @Headers('last-event-id') header?: string,
  ): Promise<void> {
    if (!this.upgrades.isAsked(request))
      throw new AppError('UPGRADE_REQUIRED', { headers: { upgrade: 'websocket', 'sec-websocket-version': '13' } });
    const reader = await this.readers.open(header ?? lastEventId);
    const network = networkKey(request.ip);
    this.hub.admit(network);
    const socket = this.upgrades.accept(request, reply);
    if (!socket) return;
    const client = new LiveSocket(network, socket, reader, this.access);
    this.hub.add(client);
    socket.once('close', () => this.hub.remove(client));
  }
}
