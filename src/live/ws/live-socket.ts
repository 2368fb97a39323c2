import type { WebSocket } from 'ws';
import { AppError } from '../../common/errors/app-error.js';
import { toAppError } from '../../core/errors/to-app-error.js';
import type { LiveMessage } from '../feed/live-message.js';
import type { LiveReader } from '../feed/live-reader.js';
import { MAX_WAITING, type LiveClient } from '../live-client.js';
import { endsSession, type SignedIn, type SocketAccess, type Watched } from './socket-access.js';
import { readMessage } from './socket-message.js';

/** Messages of a client from one heartbeat to the next. */
const MAX_MESSAGES = 30;
/** For so long a client that resumes may say who it is before it is told what it has missed, in milliseconds. */
const HOLD = 2_000;
/** For so long a client may take to say farewell, in milliseconds. */
const FAREWELL = 500;
/** RFC 6455 §7.4.1 */
const CLOSE = { goingAway: 1001, policy: 1008 } as const;

/** Events over a WebSocket: those for everybody, and after `authenticate` those for the account. */
export class LiveSocket implements LiveClient, Watched {
  readonly transport = 'websocket';
  signedIn: SignedIn | undefined;
  private hold: NodeJS.Timeout | undefined;
  private isLate = false;
  private isFull = false;
  private isAlive = true;
  private messages = 0;
  private work: Promise<void> = Promise.resolve();
  private readonly onSent = () => {
    if (!this.isFull) return;
    this.isFull = false;
    this.catchUp();
  };

  constructor(
    readonly network: string,
    private readonly socket: WebSocket,
    private readonly reader: LiveReader,
    private readonly access: SocketAccess,
  ) {
    const { startId } = reader;
    socket.on('message', (data, isBinary) => this.hear((data as Buffer).toString(), isBinary));
    socket.on('pong', () => (this.isAlive = true));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => this.forget());
    this.tell({ event: 'ready', id: startId, data: {} });
    if (startId === undefined) this.hold = setTimeout(() => this.letGo(true), HOLD);
  }

  catchUp(): void {
    while (!this.hold && this.isOpen) {
      this.isFull = this.socket.bufferedAmount >= MAX_WAITING;
      const message = this.isFull ? undefined : this.reader.next();
      if (!message) return;
      this.pass(message);
    }
  }

  beat(): void {
    this.messages = 0;
    // Who does not read does not answer either.
    if (!this.isAlive) return this.socket.terminate();
    this.isAlive = false;
    if (this.isOpen) this.socket.ping();
  }

  end(): void {
    this.socket.close(CLOSE.goingAway, 'The server stops');
    setTimeout(() => this.socket.terminate(), FAREWELL).unref();
  }

  /** Goes on as anybody's. */
  signOut(reason: AppError): void {
    this.becomeAnybody();
    this.refuse(reason);
  }

  private pass(message: LiveMessage): void {
    if (message.audience === null) return this.send(message.json);
    const { signedIn } = this;
    if (!signedIn || message.audience !== signedIn.actor.id) return;
    if (this.access.isExpired(signedIn)) return this.signOut(new AppError('INVALID_TOKEN'));
    this.send(message.json);
    // Whatever follows in the order of events is not theirs any more.
    if (endsSession(message, signedIn)) this.becomeAnybody();
  }

  /** One after the other, so that the last word counts. */
  private hear(text: string, isBinary: boolean): void {
    this.messages += 1;
    if (this.messages > MAX_MESSAGES) return this.socket.close(CLOSE.policy, 'Too many messages');
    this.work = this.work.then(async () => this.answer(text, isBinary)).catch((error: unknown) => this.refuse(error));
  }

  private async answer(text: string, isBinary: boolean): Promise<void> {
    if (isBinary) throw new AppError('MALFORMED_REQUEST', { detail: 'Messages are text.' });
    const { data } = readMessage(text);
    try {
      await this.access.identify(data.token, (signedIn) => this.signIn(signedIn));
    } catch (error) {
      this.becomeAnybody();
      throw error;
    }
  }

  private signIn(signedIn: SignedIn): void {
    if (!this.isOpen) return;
    this.signedIn = signedIn;
    this.access.watch(this);
    const { actor, expiresAt } = signedIn;
    this.tell({ event: 'authenticated', data: { id: actor.id, sessionId: actor.sessionId, expiresAt } });
    // What was for this account alone has gone by.
    if (this.isLate) this.send(this.reader.resync().json);
    this.letGo(false);
  }

  /** Tells what was missed, and goes on with what comes. */
  private letGo(isLate: boolean): void {
    clearTimeout(this.hold);
    this.hold = undefined;
    this.isLate = isLate;
    this.catchUp();
  }

  private refuse(error: unknown): void {
    const { code, message } = toAppError(error);
    this.tell({ event: 'error', data: { code, detail: message } });
  }

  private becomeAnybody(): void {
    this.signedIn = undefined;
    this.access.unwatch(this);
  }

  private forget(): void {
    clearTimeout(this.hold);
    this.becomeAnybody();
  }

  private tell(message: object): void {
    this.send(JSON.stringify(message));
  }

  private send(text: string): void {
    if (this.isOpen) this.socket.send(text, this.onSent);
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }
}
