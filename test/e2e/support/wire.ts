import { connect } from 'node:net';
import type { Answer } from '../../support/test-client.js';

const PATIENCE = 5_000;

/** Sends bytes as they are, and reads until the server ends the connection: what no HTTP client would send. */
export async function exchange(url: string, bytes: string | Buffer): Promise<Answer> {
  return parse(await sendBytes(url, bytes));
}

/** The same for bytes that have, or may be taken for, several requests: all answers, in their order. */
export async function exchangeAll(url: string, bytes: string | Buffer): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let rest = await sendBytes(url, bytes); rest !== '';) {
    const [head = ''] = rest.split('\r\n\r\n', 1);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const end = head.length + 4 + length;
    answers.push(parse(rest.slice(0, end)));
    rest = rest.slice(end);
  }
  return answers;
}

async function sendBytes(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('The server did not end the connection')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
  // Of one byte each, so that lengths are those on the wire.
  return Buffer.concat(chunks).toString('latin1');
}

/** A request line with a `Host` of one's own choice, which `fetch` does not allow. */
export const getFrom = (host: string, path: string, headers: Record<string, string> = {}): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    '',
  ].join('\r\n');

function parse(answer: string): Answer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/, 2) as [string, string]));
  const text = rest.join('\r\n\r\n');
  const isJson = headers.get('content-type')?.includes('json') ?? false;
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}
