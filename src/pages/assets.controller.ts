import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access/public.decorator.js';
import { AppError } from '../common/errors/app-error.js';

interface Asset {
  type: string;
  body: Buffer;
  etag: string;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The stylesheet and the few scripts of the pages, read once at the start. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('assets')
export class AssetsController {
  private readonly assets = readAssets(fileURLToPath(new URL('assets/', import.meta.url)));

  @Get(':name')
  read(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Buffer {
    const asset = this.assets.get(name);
    if (!asset) throw new AppError('ROUTE_NOT_FOUND');
    void reply.type(asset.type).headers({ etag: asset.etag, 'cache-control': 'public, no-cache' });
    return asset.body;
  }
}

function readAssets(directory: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(directory)) {
    const type = TYPES[extname(name)];
    if (!type) continue;
    const body = readFileSync(`${directory}${name}`);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { type, body, etag });
  }
  return assets;
}
