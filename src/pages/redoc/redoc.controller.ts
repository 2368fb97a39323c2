import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { HttpRoute } from '../../core/http/route-config.js';
import { answerAsset, assetOf, type Asset } from '../assets.js';
import { HtmlPage } from '../html-page.decorator.js';
import { redocPage } from './redoc.page.js';

const SCRIPT = 'redoc.standalone.js';
/** From here there are as many steps in the build, which has a copy, as in the sources, where it is the package itself. */
const BUNDLE = new URL(`../../../node_modules/redoc/bundles/${SCRIPT}`, import.meta.url);
/** The one thing that ReDoc asks another host for; what is no image it leaves out. */
const OUTSIDE_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

/** Of the patterns of texts; its theme has no name for it, and on a dark ground it cannot be read. */
const COLOUR_OF_PATTERNS = '#0e7c86';

/** Its search runs in a worker that it makes by itself, and its styles are set by its script. */
const POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'worker-src blob:',
].join('; ');

/** The OpenAPI document to be read rather than tried; not there under DOCS=off. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('redoc')
export class RedocController {
  private readonly script: Asset = assetOf(
    SCRIPT,
    Buffer.from(
      readFileSync(BUNDLE, 'utf8').replaceAll(OUTSIDE_LOGO, 'data:,').replaceAll(COLOUR_OF_PATTERNS, 'currentcolor'),
    ),
  );

  @Get()
  @HttpRoute({ hasNoSecret: true })
  @HtmlPage()
  @Header('content-security-policy', POLICY)
  page(): string {
    return redocPage();
  }

  @Get(SCRIPT)
  read(@Res({ passthrough: true }) reply: FastifyReply): Buffer {
    return answerAsset(reply, this.script);
  }
}
