import { fileURLToPath } from 'node:url';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access/public.decorator.js';
import { answerAsset, readAssets } from './assets.js';

/** The stylesheet and the few scripts of the pages, read once at the start. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller()
export class AssetsController {
  private readonly assets = readAssets(fileURLToPath(new URL('assets/', import.meta.url)));

  @Get('assets/:name')
  read(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Buffer {
    return answerAsset(reply, this.assets.get(name));
  }

  /** What browsers ask for beside anything that is no page of ours. */
  @Get('favicon.ico')
  favicon(@Res({ passthrough: true }) reply: FastifyReply): Buffer {
    return answerAsset(reply, this.assets.get('icon.svg'));
  }
}
