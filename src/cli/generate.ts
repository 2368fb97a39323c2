import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import openApiTypes, { astToString } from 'openapi-typescript';
import { AppModule } from '../app.module.js';
import { renderEnvExample, renderSettingsTable } from '../core/config/settings-docs.js';
import { loadSettings } from '../core/config/settings.js';
import { createHttpAdapter } from '../core/http/http-adapter.js';
import { AppLogger } from '../core/logging/app-logger.js';
import { createOpenApiDocument } from '../core/openapi/openapi-document.js';

/** Writes the files that are made from code, or with `--check` says which of them are not up to date. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const MADE = '/* Made from openapi.json by `npm run generate`. */';

const openApi = await renderOpenApi();
const files: Record<string, string> = {
  '.env.example': renderEnvExample(),
  'openapi.json': openApi,
  'clients/typescript/src/schema.ts': await renderClientTypes(openApi),
  'clients/typescript/src/keyed-posts.ts': renderKeyedPosts(openApi),
  'README.md': withSettingsTable(readFileSync('README.md', 'utf8')),
};

for (const [name, content] of Object.entries(files)) {
  if (!values.check) writeFileSync(name, content);
  else if (readFileSync(name, 'utf8') !== content) {
    process.stderr.write(`${name} is not up to date: npm run generate\n`);
    process.exitCode = 1;
  }
}

/** Puts the table between its two marks. */
function withSettingsTable(readme: string): string {
  const [start, end] = ['<!-- settings -->', '<!-- /settings -->'];
  const [before, rest] = readme.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${start} … ${end}`);
  return `${before}${start}\n\n${renderSettingsTable()}\n\n${end}${after}`;
}

/** In preview nothing is instantiated, so that neither a database nor a secret is needed. */
async function renderOpenApi(): Promise<string> {
  const settings = loadSettings({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://localhost/none',
    SECRET_KEY: 'none'.repeat(8),
    LOG_LEVEL: 'silent',
  });
  const logger = new AppLogger(settings);
  const app = await NestFactory.create(AppModule.forRoot(settings, logger), createHttpAdapter(settings), {
    preview: true,
    logger: false,
  });
  return `${JSON.stringify(createOpenApiDocument(app), null, 2)}\n`;
}

/** As types alone. */
async function renderClientTypes(document: string): Promise<string> {
  const types = await openApiTypes(JSON.parse(document) as Parameters<typeof openApiTypes>[0], { alphabetize: false });
  return `${MADE}\n\n${astToString(types)}`;
}

/** Which POSTs read an `Idempotency-Key`: a client that repeats others may do twice what it meant once. */
function renderKeyedPosts(document: string): string {
  const { paths } = JSON.parse(document) as OpenAPIObject;
  const keyed = Object.entries(paths).filter(([, { post }]) =>
    post?.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key'),
  );
  const lines = keyed.map(([path]) => `  '${path}',\n`);
  return `${MADE}\n\nexport const KEYED_POSTS: ReadonlySet<string> = new Set([\n${lines.join('')}]);\n`;
}
