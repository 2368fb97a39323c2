import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../common/access/public.decorator.js';
import { SystemStatus, type StatusReport } from './system-status.js';

@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('status')
export class StatusController {
  constructor(private readonly status: SystemStatus) {}

  /** Always 200: it tells people of others. Programs ask `/readiness`, whose status is about this process. */
  @Get()
  async read(): Promise<StatusReport> {
    return this.status.report();
  }
}
