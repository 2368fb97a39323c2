import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyReply } from 'fastify';
import { AppError } from '../common/errors/app-error.js';

export interface Asset {
  type: string;
  body: Buffer;
  etag: string;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of a directory that browsers may ask for, by their names. */
export function readAssets(directory: string): Map<string, Asset> {
  const names = readdirSync(directory).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [name, assetOf(name, readFileSync(`${directory}${name}`))]));
}

/** @param name whose extension says of which type it is */
export function assetOf(name: string, body: Buffer): Asset {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', body, etag };
}

/** The same bytes each time, so that they are compressed once; whoever has them asks whether they still hold. */
export function answerAsset(reply: FastifyReply, asset: Asset | undefined): Buffer {
  if (!asset) throw new AppError('ROUTE_NOT_FOUND');
  void reply.type(asset.type).headers({ etag: asset.etag, 'cache-control': 'public, no-cache' });
  return asset.body;
}
