import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of connections: passed on, accepted and left alone, or refused. */
type Manner = 'forward' | 'silent' | 'refuse';

/** Stands between a program and a service that it needs, so that the way to it can break in all the ways it does. */
export class TcpProxy {
  private manner: Manner = 'forward';
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** @param url where the service is */
  static async to(url: string): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpProxy(server, new URL(url));
  }

  /** The service, as it is reached through here. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.toString();
  }

  /**
   * A black hole: nothing comes through any more, and nobody is told. New connections are accepted. Those that are there
   * now stay silent even after `heal`, as after the fall of a router that knew them.
   */
  silence(): void {
    this.manner = 'silent';
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
      socket.removeAllListeners('close');
    }
  }

  /** As a service that was stopped: connections are reset, and no new ones are taken. */
  refuse(): void {
    this.manner = 'refuse';
    this.cut();
  }

  /** New connections come through again. */
  heal(): void {
    this.manner = 'forward';
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.keep(client);
    if (this.manner === 'refuse') client.resetAndDestroy();
    if (this.manner !== 'forward') return;
    const service = this.keep(connect(Number(this.target.port), this.target.hostname));
    client.pipe(service).pipe(client);
    client.once('close', () => service.destroy());
    service.once('close', () => client.destroy());
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    // Its end is told by `close`; unheard, this event would end the test.
    socket.on('error', () => undefined);
    return socket;
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}
