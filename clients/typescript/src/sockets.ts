import type { Told } from './events.js';
import { BroadsheetError } from './problem.js';

/** As much of a WebSocket as is needed here: that of browsers and Node 22, or of the package `ws`. */
export interface Socket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export type SocketConstructor = new (url: string) => Socket;

/** Shows who it is that listens. */
export interface Identity {
  /** @returns the access token, if there is any */
  token: () => Promise<string | undefined>;
  /** @returns another one than that which was refused or soon expires; undefined where the session has ended */
  renew: (token: string) => Promise<string | undefined>;
}

interface Message {
  event: string;
  id?: string;
  data: { code?: string; detail?: string; expiresAt?: string };
}

/** Tokens are shown anew when so much of their time is over: with them end the events of the account. */
const RENEWED_AFTER = 0.8;

/**
 * What a WebSocket tells to an account, until it closes.
 * @throws BroadsheetError where nobody is signed in any more
 */
export async function* listenBySocket(
  socket: Socket,
  identity: Identity,
  { now, signal }: { now: () => number; signal: AbortSignal },
): AsyncGenerator<Told, void> {
  const told = new Queue<Told>();
  let token: string | undefined;
  let isRefused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = async (get: () => Promise<string | undefined>): Promise<void> => {
    try {
      token = await get();
      if (token === undefined) throw signedOut('Nobody is signed in');
      socket.send(JSON.stringify({ event: 'authenticate', data: { token } }));
    } catch (error) {
      told.fail(error);
    }
  };
  const renew = (): void => {
    const former = token;
    void show(() => (former === undefined ? identity.token() : identity.renew(former)));
  };
  const hear = ({ event, id, data }: Message): void => {
    if (event === 'authenticated') {
      isRefused = false;
      clearTimeout(timer);
      timer = setTimeout(renew, (Date.parse(data.expiresAt ?? '') - now()) * RENEWED_AFTER);
    } else if (event === 'error') {
      // A new token that is refused as well would be for ever.
      if (data.code !== 'INVALID_TOKEN' || isRefused) return told.fail(signedOut(data.detail, data.code));
      isRefused = true;
      renew();
    } else if (id !== undefined) told.add({ id, ...(event !== 'ready' && { event: { event, id, data } }) });
  };

  socket.addEventListener('open', () => void show(identity.token));
  socket.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as Message));
  for (const end of ['error', 'close'] as const) socket.addEventListener(end, () => told.end());
  const leave = (): void => told.end();
  signal.addEventListener('abort', leave, { once: true });
  try {
    yield* told.all();
  } finally {
    signal.removeEventListener('abort', leave);
    clearTimeout(timer);
    socket.close();
  }
}

const signedOut = (detail = '', code = 'INVALID_TOKEN'): BroadsheetError =>
  new BroadsheetError({ code, detail }, new Response(null, { status: 401 }));

/** What is added is taken out in its order, by one who waits for it. */
class Queue<Item> {
  private readonly items: Item[] = [];
  private isOver = false;
  private failure: unknown;
  private wake: () => void = () => undefined;

  add(item: Item): void {
    this.items.push(item);
    this.wake();
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  fail(error: unknown): void {
    this.failure ??= error;
    this.end();
  }

  async *all(): AsyncGenerator<Item, void> {
    for (;;) {
      while (this.items.length > 0) yield this.items.shift() as Item;
      if (this.failure !== undefined) throw this.failure;
      if (this.isOver) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
