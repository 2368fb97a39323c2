import type { Readable } from 'node:stream';
import { OperatorError } from '../explain-verb.js';

/** More than any password; a file that was meant for something else is not read to its end. */
const MAX_BYTES = 10_000;

/** The first and only line of a stream. */
export async function readPassword(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new OperatorError('Standard input is too long for a password');
  }
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') throw new OperatorError('Standard input is empty; there should be a password');
  if (/[\r\n]/.test(password)) throw new OperatorError('Standard input has several lines; there should be a password');
  return password;
}
