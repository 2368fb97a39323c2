import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip, type BrotliOptions } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codedETag, preferredCoding, type Coding } from './content-coding.js';
import type { HttpRouteConfig } from './route-config.js';

/** Less than this gains nothing, in bytes: it fits into one packet anyway. */
const THRESHOLD = 1_024;
/** What is worth it for an answer that is made now: more takes several times as long for a few percent. */
const BROTLI: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 6 };

const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b|image\/svg\+xml)/;

const brotliBuffer = promisify<Buffer | string, BrotliOptions, Buffer>(brotliCompress);
const gzipBuffer = promisify<Buffer | string, { level: number }, Buffer>(gzip);

/**
 * Decides how an answer goes over the wire, and gives it the headers that go with it. Only what is the same for everybody
 * is compressed: the length of anything else tells what is in it to whoever can add to it (BREACH).
 * @returns the coding that `compressed` has to apply; undefined for none
 */
export function chooseCoding(request: FastifyRequest, reply: FastifyReply, payload: unknown): Coding | undefined {
  if (!isWorthIt(reply, payload) || !isForEverybody(request, reply)) return undefined;
  vary(reply);
  const coding = preferredCoding(request.headers['accept-encoding']);
  if (!coding) return undefined;
  const etag = reply.getHeader('etag');
  if (typeof etag === 'string') void reply.header('etag', codedETag(etag, coding));
  return coding;
}

function isWorthIt(reply: FastifyReply, payload: unknown): boolean {
  // Nor a part of something (206): its bytes are counted in the form in which the whole was sent.
  if (reply.statusCode !== 200 || reply.hasHeader('content-encoding')) return false;
  const length = lengthOf(reply, payload);
  return length >= THRESHOLD && COMPRESSIBLE.test(String(reply.getHeader('content-type')));
}

function lengthOf(reply: FastifyReply, payload: unknown): number {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return payload.length;
  return payload instanceof Readable ? Number(reply.getHeader('content-length') ?? 0) : 0;
}

function isForEverybody(request: FastifyRequest, reply: FastifyReply): boolean {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') return false;
  return isPublic(reply) || (request.routeOptions.config as HttpRouteConfig).hasNoSecret === true;
}

const isPublic = (reply: FastifyReply): boolean => String(reply.getHeader('cache-control')).startsWith('public');

/** Beside what else the answer depends on. */
function vary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  void reply.header('vary', others ? `${String(others)}, Accept-Encoding` : 'Accept-Encoding');
}

/** The bytes of an answer in this coding; a stream stays one. */
export async function compressed(reply: FastifyReply, payload: unknown, coding: Coding): Promise<unknown> {
  void reply.header('content-encoding', coding).removeHeader('content-length').removeHeader('accept-ranges');
  if (payload instanceof Readable) return compressedStream(payload, coding);
  return Buffer.isBuffer(payload) ? compressedOnce(payload, coding) : encode(payload as string, coding);
}

function compressedStream(payload: Readable, coding: Coding): Readable {
  const encoder = coding === 'br' ? createBrotliCompress(BROTLI) : createGzip(GZIP);
  // What goes wrong ends the encoder with the same error, which is Fastify's to handle.
  return pipeline(payload, encoder, () => undefined);
}

/** Off the event loop. */
const encode = async (body: Buffer | string, coding: Coding): Promise<Buffer> =>
  coding === 'br' ? brotliBuffer(body, BROTLI) : gzipBuffer(body, GZIP);

const known = new WeakMap<Buffer, Map<Coding, Promise<Buffer>>>();

/**
 * Bytes that are answered more than once, those of the response cache and of assets, are compressed once for all who ask
 * for them, and forgotten together with them.
 */
async function compressedOnce(body: Buffer, coding: Coding): Promise<Buffer> {
  const codings = known.get(body) ?? new Map<Coding, Promise<Buffer>>();
  known.set(body, codings);
  const bytes = codings.get(coding) ?? encode(body, coding);
  codings.set(coding, bytes);
  return bytes;
}
