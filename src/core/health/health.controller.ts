import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { HttpRoute } from '../http/route-config.js';
import { Readiness, type ReadinessReport } from './readiness.js';

/** Probes, for whoever runs the process. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process lives; touches nothing else, so that a slow database restarts no process. */
  @Get('health')
  @HttpRoute({ probe: true })
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether it can do its work; 503 says what is missing. */
  @Get('readiness')
  @HttpRoute({ probe: true })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    void reply
      .status(report.status === 'ready' ? 200 : 503)
      .headers(report.status === 'ready' ? {} : { 'retry-after': '2' });
    return report;
  }
}
