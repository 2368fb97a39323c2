import type { PlacedEvent } from '../../core/live/live-events.repository.js';

/** An event as it goes over the wire; made once, however many are told. */
export class LiveMessage {
  readonly id: string;
  readonly position: number;
  readonly name: string;
  /** The account that alone is told; null for everybody. */
  readonly audience: string | null;
  readonly data: Record<string, unknown>;
  private frames: { sse?: string; json?: string } = {};

  constructor({ id, position, name, audience, data }: PlacedEvent) {
    this.id = id;
    this.position = position;
    this.name = name;
    this.audience = audience;
    this.data = data;
  }

  /** As Server-Sent Events have it; JSON has no line break of its own. */
  get sse(): string {
    return (this.frames.sse ??= `id: ${this.id}\nevent: ${this.name}\ndata: ${JSON.stringify(this.data)}\n\n`);
  }

  get json(): string {
    return (this.frames.json ??= JSON.stringify({ event: this.name, id: this.id, data: this.data }));
  }
}
