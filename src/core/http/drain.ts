import { Server as TcpServer } from 'node:net';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** Times in milliseconds. */
const DRAIN = {
  /** For connections to send what they were about to send; and so long nobody asks once a load balancer has noticed. */
  quiet: 1_000,
  /** The same where there is no connection on which anything could come. */
  empty: 100,
  /** The longest for which requests are taken that keep coming. */
  busy: 5_000,
  /** The longest for the last connections to be accepted. */
  accepting: 300,
  /** For what has been accepted to be read. */
  lastCall: 200,
  poll: 20,
};
/** Goes on for as long as the port is open, whatever it is answered. */
const PROBE = /^\/(?:health|readiness|metrics)\b/;
/** Turns of the event loop without a new connection, after which there is none left. */
const QUIET_TURNS = 3;

/**
 * Lets the connections of a server end with an answer each, before the server is closed: that cuts off those on which no
 * request has been read yet, and with them the requests that are on their way. Whatever comes is served for as long as it
 * takes a load balancer to look elsewhere.
 * @param longest milliseconds, if less than five seconds, for which requests are taken that keep coming
 */
export async function drain(server: Server, longest: number = DRAIN.busy): Promise<void> {
  const connections = promisify(server.getConnections.bind(server));
  const begun = Date.now();
  let asked = begun;
  server.prependListener('request', (request, response) => {
    if (!PROBE.test(request.url ?? '')) asked = Date.now();
    response.shouldKeepAlive = false;
  });
  const end = begun + Math.min(longest, DRAIN.busy);
  const isQuiet = async () => Date.now() - asked >= ((await connections()) > 0 ? DRAIN.quiet : DRAIN.empty);
  while (Date.now() < end && !(await isQuiet())) await sleep(DRAIN.poll);
  await acceptAll(server);
  // Node's http server would close idle connections with its port.
  TcpServer.prototype.close.call(server);
  for (
    const last = Date.now() + DRAIN.lastCall;
    Date.now() < last && (await connections()) > 0;
    await sleep(DRAIN.poll)
  );
}

/**
 * Connections that the system has taken, and this process has not, would be reset with the port. Without a backlog the
 * system takes hardly any further ones, and the port may be closed in a turn of the event loop that found none. Node has
 * no public way to change the backlog.
 */
async function acceptAll(server: Server): Promise<void> {
  const { _handle: handle } = server as { _handle?: { listen?: (backlog: number) => unknown } | null };
  handle?.listen?.(0);
  let quietTurns = 0;
  const accept = () => (quietTurns = 0);
  server.on('connection', accept);
  for (const end = Date.now() + DRAIN.accepting; Date.now() < end && quietTurns < QUIET_TURNS; quietTurns += 1)
    await turn();
  server.off('connection', accept);
}
