import type { ClientBase } from 'pg';
import { Refusal } from './parse-line.js';
import { columnOf, type RecordKind } from './record-kinds.js';
import { isAboutRows, refusalOf } from './refused-rows.js';

/** A row and the line that it came from. */
export interface NumberedRow {
  line: number;
  row: Record<string, unknown>;
}

export interface Written {
  added: number;
  /** There already, and left as they are. */
  present: number;
}

/** Adds rows of one kind, and changes none that is there. */
export class RowWriter {
  private readonly statements = new Map<string, string>();

  constructor(
    private readonly client: ClientBase,
    private readonly onRefusal: (line: number, refusal: Refusal) => void,
  ) {}

  /** All together, or else, where one of them is in the way, each for itself. */
  async write(kind: RecordKind, rows: NumberedRow[]): Promise<Written> {
    try {
      const added = await this.insert(kind, rows);
      return { added, present: rows.length - added };
    } catch (error) {
      if (!isAboutRows(error)) throw error;
      return this.writeEach(kind, rows);
    }
  }

  private async writeEach(kind: RecordKind, rows: NumberedRow[]): Promise<Written> {
    const written = { added: 0, present: 0 };
    for (const row of rows) {
      try {
        const added = await this.insert(kind, [row]);
        written.added += added;
        written.present += 1 - added;
      } catch (error) {
        if (!isAboutRows(error)) throw error;
        this.onRefusal(row.line, refusalOf(error));
      }
    }
    return written;
  }

  /** One statement, and thereby one transaction. */
  private async insert(kind: RecordKind, rows: NumberedRow[]): Promise<number> {
    const json = JSON.stringify(rows.map(({ row }) => row));
    const text = this.statements.get(kind.type) ?? statementOf(kind, Object.keys(rows[0]?.row ?? {}));
    this.statements.set(kind.type, text);
    const { rowCount } = await this.client.query({ name: `import-${kind.type}`, text, values: [json] });
    return rowCount ?? 0;
  }
}

function statementOf({ table, key, owner }: RecordKind, columns: string[]): string {
  const names = columns.join(', ');
  const insert = `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1) AS line`;
  const keys = key.map(columnOf);
  if (!owner) return `${insert} ON CONFLICT (${keys.join(', ')}) DO NOTHING`;
  // Without a clause for conflicts, a key that belongs to another owner is a violation, which names itself.
  const same = [...keys, columnOf(owner)].map((column) => `present.${column} = line.${column}`).join(' AND ');
  return `${insert} WHERE NOT EXISTS (SELECT FROM ${table} AS present WHERE ${same})`;
}
