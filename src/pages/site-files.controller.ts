import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../common/access/public.decorator.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { robotsText, SECURITY_PATH, securityText } from './site-files.js';

const TEXT = 'text/plain; charset=utf-8';
const AN_HOUR = 'public, max-age=3600';

/** What programs look for on every site. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller()
export class SiteFilesController {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  @Get(SECURITY_PATH)
  @Header('content-type', TEXT)
  @Header('cache-control', AN_HOUR)
  security(): string {
    return securityText(this.settings, this.clock.now());
  }

  @Get('robots.txt')
  @Header('content-type', TEXT)
  @Header('cache-control', AN_HOUR)
  robots(): string {
    return robotsText();
  }
}
