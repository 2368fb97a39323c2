import { z } from 'zod';
import { OperatorError } from '../explain-verb.js';

/** A backup without pg_dump: a header, each row of each table as a line, and an end that tells a whole file from a part. */

const FORMAT = 'broadsheet-backup';
/** Of the lines; the schema that the rows are of is told by the migrations. */
const VERSION = 1;

const headerSchema = z.object({
  type: z.literal('header'),
  format: z.literal(FORMAT),
  version: z.number(),
  madeAt: z.string(),
  migrations: z.array(z.string()),
});

export type BackupHeader = z.output<typeof headerSchema>;

export const backupHeader = (madeAt: Date, migrations: string[]): string =>
  JSON.stringify({ type: 'header', format: FORMAT, version: VERSION, madeAt, migrations });

/** @param row JSON */
export const rowLine = (table: string, row: string): string => `{"table":${JSON.stringify(table)},"row":${row}}`;

export const endLine = (rows: number): string => JSON.stringify({ type: 'end', rows });

/** @returns undefined for what is no backup; @throws OperatorError for one of another version */
export function parseHeader(line: unknown): BackupHeader | undefined {
  const header = headerSchema.safeParse(line);
  if (!header.success) return undefined;
  if (header.data.version !== VERSION)
    throw new OperatorError(`The backup has version ${header.data.version}, and this program reads version ${VERSION}`);
  return header.data;
}

const contentSchema = z.union([
  z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('end'), rows: z.number() }),
]);

export type BackupLine = z.output<typeof contentSchema>;

/** @returns undefined for what is neither a row nor the end */
export const parseContent = (line: unknown): BackupLine | undefined => contentSchema.safeParse(line).data;
