export const TRANSPORTS = ['sse', 'websocket'] as const;

/** One connection of somebody who listens. */
export interface LiveClient {
  readonly transport: (typeof TRANSPORTS)[number];
  /** What connections of one client have in common. */
  readonly network: string;
  /** Sends what is new, as far as there is room for it. */
  catchUp(): void;
  /** Shows the other side that this one is there, and ends the connection where that one does not read. */
  beat(): void;
  /** The process stops. */
  end(): void;
}

/**
 * Bytes that may wait for a client to read them, beside what the system buffers; the rest stays in the backlog, which is
 * the same for all. Who has read none of it from one heartbeat to the next is disconnected, and may resume.
 */
export const MAX_WAITING = 65_536;
