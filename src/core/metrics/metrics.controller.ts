import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { AppError } from '../../common/errors/app-error.js';
import { isHardened, Settings } from '../config/settings.js';
import { HttpRoute } from '../http/route-config.js';
import { Metrics } from './metrics.js';

/** The metrics in Prometheus' format, for whoever has METRICS_TOKEN. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {}

  @Get()
  @HttpRoute({ probe: true })
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    this.authorise(authorization);
    void reply.type(this.metrics.registry.contentType);
    return this.metrics.text();
  }

  private authorise(authorization: string | undefined): void {
    const { METRICS_TOKEN } = this.settings;
    if (METRICS_TOKEN === undefined && !isHardened(this.settings)) return;
    // Without a token in production there is nothing here that anybody could be let in to.
    if (METRICS_TOKEN === undefined) throw new AppError('ROUTE_NOT_FOUND');
    if (!authorization) throw new AppError('UNAUTHENTICATED');
    if (!equal(authorization, `Bearer ${METRICS_TOKEN}`)) throw new AppError('INVALID_TOKEN');
  }
}

/** In the same time for any two texts, whatever their lengths. */
const equal = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
