import { once } from 'node:events';
import { connect } from 'node:net';

/** What is asked for, by transport. The key of a handshake may be any. */
const REQUESTS = {
  sse: 'GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  websocket: `GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
};

/** @typedef {keyof typeof REQUESTS} Transport */

/** One connection that listens; no more than a socket, so that thousands of them fit into one process. */
export class Listener {
  /** Events that have come. */
  count = 0;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    socket.on('data', (chunk) => (this.count += chunk.toString('latin1').split('post.published').length - 1));
    socket.on('error', () => undefined);
  }

  /**
   * @param {string} url of the server
   * @param {Transport} transport
   * @throws Error where it is refused
   */
  static async open(url, transport) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(REQUESTS[transport]);
    const [answer] = await once(socket, 'data');
    if (!/^HTTP\/1\.1 (200|101)/.test(answer.toString('latin1'))) throw new Error(`Refused: ${answer}`);
    return new Listener(socket);
  }
}
