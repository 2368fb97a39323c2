import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { checkPercentEncoding } from './percent-encoding.js';
import type { HttpRouteConfig } from './route-config.js';
import { checkShape } from './shape-gate.js';

/** More than any form that a route reads. */
const MAX_FORM_FIELDS = 100;

const JSON_TYPE = /^application\/json\s*(;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** JSON and forms, in UTF-8 alone, each only on routes that read it; anything else is 415. */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(
    JSON_TYPE,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { json = true, ignoresBody } = configOf(request);
      if (ignoresBody) return undefined;
      if (!json) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
      checkRepresentation(request);
      return parseJson(body);
    },
  );
  fastify.addContentTypeParser<Buffer>(
    FORM_TYPE,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { form, ignoresBody } = configOf(request);
      if (ignoresBody) return undefined;
      if (!form) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
      checkRepresentation(request);
      return parseForm(body, form);
    },
  );
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest) => {
    if (configOf(request).ignoresBody) return undefined;
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  });
}

const configOf = (request: FastifyRequest): HttpRouteConfig => request.routeOptions.config as HttpRouteConfig;

/** Plain UTF-8 alone: what is compressed would have to be unpacked before its size is known. */
function checkRepresentation(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity')
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Compressed bodies are not read.' });
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset && charset !== 'utf-8' && charset !== 'utf8')
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Only UTF-8 is read.' });
}

/** @returns undefined for an empty body, which routes with optional bodies accept */
function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const parsed = parse(utf8(body));
  checkShape(parsed);
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('MALFORMED_REQUEST', { detail: 'The body is not well-formed JSON.', cause: error });
  }
}

/**
 * Keeps the fields that the route knows; one without a value counts as left out (RFC 6749 §3.2).
 * @throws AppError `MALFORMED_REQUEST` for a repeated field, and for a percent-encoding that is none
 */
function parseForm(body: Buffer, known: string[]): Record<string, string> {
  const text = utf8(body);
  checkPercentEncoding(text, 'The form');
  const entries = [...new URLSearchParams(text)];
  if (entries.length > MAX_FORM_FIELDS) throw new AppError('MALFORMED_REQUEST', { detail: 'Too many form fields.' });
  if (new Set(entries.map(([name]) => name)).size < entries.length)
    throw new AppError('MALFORMED_REQUEST', { detail: 'A form field is repeated.' });
  const fields = Object.fromEntries(entries.filter(([name, value]) => known.includes(name) && value !== ''));
  checkShape(fields);
  return fields;
}

function utf8(body: Buffer): string {
  if (!isUtf8(body)) throw new AppError('MALFORMED_REQUEST', { detail: 'The body is not UTF-8.' });
  // A byte order mark is allowed to be ignored (RFC 8259 §8.1).
  return body.toString('utf8').replace(/^\uFEFF/, '');
}
