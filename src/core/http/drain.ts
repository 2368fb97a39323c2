import { Server as TcpServer } from 'node:net';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which connections may send what they were about to send. */
const LIMIT = 1_000;
/** For the last connections to be accepted, in milliseconds. */
const ACCEPTING = 50;
/** For what has been accepted to be read, in milliseconds. */
const LAST_CALL = 100;
const POLL = 20;

/**
 * Lets the connections of a server end with an answer each, before the server is closed: that cuts off those on which no
 * request has been read yet, and with them the requests that are on their way. New connections are served for as long
 * as it takes a load balancer to look elsewhere.
 */
export async function drain(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  const connections = promisify(server.getConnections.bind(server));
  for (const end = Date.now() + LIMIT; Date.now() < end && (await connections()) > 0; await sleep(POLL));
  await acceptAll(server);
  // Node's http server would close idle connections with its port.
  TcpServer.prototype.close.call(server);
  for (const end = Date.now() + LAST_CALL; Date.now() < end && (await connections()) > 0; await sleep(POLL));
}

/**
 * Connections that the system has taken, and this process has not, would be reset with the port. Without a backlog no
 * further ones are taken while the last are accepted. Node has no public way to say so.
 */
async function acceptAll(server: Server): Promise<void> {
  const { _handle: handle } = server as { _handle?: { listen?: (backlog: number) => unknown } | null };
  handle?.listen?.(0);
  await sleep(ACCEPTING);
}
