import { escapeIdentifier, type ClientBase } from 'pg';
import { linesOf } from '../archive/lines.js';
import { jsonOf, Refusal } from '../archive/parse-line.js';
import { OperatorError } from '../explain-verb.js';
import { parseContent, type BackupLine } from './rows-format.js';

/** Rows and bytes that are held at a time; whichever is reached first. */
const BATCH = { rows: 500, bytes: 4 * 1024 * 1024 };

/** Puts the rows of a backup into tables that are empty and of the same schema. */
export class RowsReader {
  private readonly statements = new Map<string, string>();
  private table = '';
  private rows: unknown[] = [];
  private bytes = 0;
  private total = 0;

  constructor(
    private readonly client: ClientBase,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param stream from its first byte
   * @throws OperatorError where it is damaged, or ends too early
   */
  async read(stream: AsyncIterable<Buffer>): Promise<void> {
    let hasEnded = false;
    for await (const line of linesOf(stream)) {
      // The header, which was read before.
      if (line.number === 1) continue;
      if (hasEnded) throw new OperatorError(`Line ${line.number} stands behind the end of the backup`);
      const content = contentOf(() => jsonOf(line), line.number);
      if ('row' in content) await this.take(content, line.bytes.length);
      else hasEnded = await this.end(content.rows);
    }
    if (!hasEnded) throw new OperatorError('The backup is cut off: its end is missing');
  }

  private async take({ table, row }: { table: string; row: object }, bytes: number): Promise<void> {
    if (table !== this.table) await this.flush();
    this.table = table;
    this.rows.push(row);
    this.bytes += bytes;
    if (this.rows.length >= BATCH.rows || this.bytes >= BATCH.bytes) await this.flush();
  }

  private async end(rows: number): Promise<true> {
    await this.flush();
    if (rows !== this.total) throw new OperatorError(`The backup says that it has ${rows} rows, but has ${this.total}`);
    return true;
  }

  private async flush(): Promise<void> {
    this.signal.throwIfAborted();
    if (this.rows.length === 0) return;
    const text = this.statements.get(this.table) ?? (await this.statementFor(this.table));
    this.statements.set(this.table, text);
    await this.client.query(text, [JSON.stringify(this.rows)]);
    this.total += this.rows.length;
    this.rows = [];
    this.bytes = 0;
  }

  private async statementFor(table: string): Promise<string> {
    const { rows } = await this.client.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
      [escapeIdentifier(table)],
    );
    if (rows.length === 0) throw new OperatorError(`The backup has a table that is none of Broadsheet's: ${table}`);
    const into = escapeIdentifier(table);
    const names = rows.map(({ name }) => escapeIdentifier(name)).join(', ');
    return `INSERT INTO ${into} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${into}, $1)`;
  }
}

function contentOf(json: () => unknown, number: number): BackupLine {
  try {
    const content = parseContent(json());
    if (content) return content;
    throw new Refusal('the line is no row');
  } catch (error) {
    if (error instanceof Refusal) throw new OperatorError(`The backup is damaged in line ${number}: ${error.message}`);
    throw error;
  }
}
