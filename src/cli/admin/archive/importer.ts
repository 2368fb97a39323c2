import type { ClientBase } from 'pg';
import { checkHeader } from './header.js';
import { linesOf, type Line } from './lines.js';
import { jsonOf, parseRecord, Refusal } from './parse-line.js';
import type { RecordKind } from './record-kinds.js';
import { RowWriter, type NumberedRow, type Written } from './row-writer.js';

/** Rows and bytes that are held at a time; whichever is reached first. */
const BATCH = { rows: 500, bytes: 4 * 1024 * 1024 };

/** What a line that is empty elsewhere has on Windows. */
const CARRIAGE_RETURN = 0x0d;

export interface ImportWatch {
  onRefusal: (line: number, reason: string) => void;
  /** Stops between two batches, with its reason as the error. */
  signal: AbortSignal;
}

export interface ImportSummary extends Written {
  refused: number;
}

/** Takes the lines of an export in batches, each of which is committed; what cannot be taken is told, and left out. */
export class Importer {
  private readonly summary: ImportSummary = { added: 0, present: 0, refused: 0 };
  private readonly writer: RowWriter;
  private kind: RecordKind | undefined;
  private rows: NumberedRow[] = [];
  private bytes = 0;

  constructor(
    client: ClientBase,
    private readonly watch: ImportWatch,
  ) {
    this.writer = new RowWriter(client, (line, refusal) => this.refuse(line, refusal));
  }

  /** @throws OperatorError where it is no export that can be read */
  async run(stream: AsyncIterable<Buffer>): Promise<ImportSummary> {
    let isFirst = true;
    for await (const line of linesOf(stream)) {
      if (isFirst) checkHeader(headerOf(line));
      else await this.take(line);
      isFirst = false;
    }
    if (isFirst) checkHeader(undefined);
    await this.flush();
    return this.summary;
  }

  private async take(line: Line): Promise<void> {
    if (!line.isTooLong && line.bytes.every((byte) => byte === CARRIAGE_RETURN)) return;
    try {
      const { kind, row } = parseRecord(jsonOf(line));
      if (kind !== this.kind) await this.flush();
      this.kind = kind;
      this.rows.push({ line: line.number, row });
      this.bytes += line.bytes.length;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(line.number, error);
    }
    if (this.rows.length >= BATCH.rows || this.bytes >= BATCH.bytes) await this.flush();
  }

  private async flush(): Promise<void> {
    this.watch.signal.throwIfAborted();
    if (!this.kind || this.rows.length === 0) return;
    const { added, present } = await this.writer.write(this.kind, this.rows);
    this.summary.added += added;
    this.summary.present += present;
    this.rows = [];
    this.bytes = 0;
  }

  private refuse(line: number, { message }: Refusal): void {
    this.summary.refused += 1;
    this.watch.onRefusal(line, message);
  }
}

/** Whatever is wrong with the first line, it is no header. */
function headerOf(line: Line): unknown {
  try {
    return jsonOf(line);
  } catch {
    return undefined;
  }
}
