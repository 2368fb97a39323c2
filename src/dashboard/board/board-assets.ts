import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface BoardAsset {
  type: string;
  body: Buffer;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/** The scripts and styles of Bull Board. Their names are known from the start, and no other file is ever read. */
export class BoardAssets {
  private readonly names: Set<string>;

  constructor(private readonly directory: string) {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    this.names = new Set(names.map((name) => name.replaceAll('\\', '/')).filter((name) => extname(name) in TYPES));
  }

  async read(name: string): Promise<BoardAsset | undefined> {
    const type = TYPES[extname(name)];
    if (!type || !this.names.has(name)) return undefined;
    return { type, body: await readFile(join(this.directory, name)) };
  }
}
