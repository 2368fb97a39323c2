import { connect } from 'node:net';
import type { Answer } from '../../support/test-client.js';

const PATIENCE = 5_000;

/** Sends bytes as they are, and reads until the server ends the connection: what no HTTP client would send. */
export async function exchange(url: string, bytes: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('The server did not end the connection')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
  return parse(Buffer.concat(chunks).toString('utf8'));
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
  return { status: Number(statusLine.split(' ')[1]), headers, text, body: isJson ? JSON.parse(text) : undefined };
}
