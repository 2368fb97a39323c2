import { z } from 'zod';
import { OperatorError } from '../explain-verb.js';

const FORMAT = 'broadsheet';
/** Of the lines, not of the program: another one means that members have come, gone or changed. */
const VERSION = 1;

const headerSchema = z.object({ type: z.literal('header'), format: z.literal(FORMAT), version: z.number() });

export const headerLine = (exportedAt: Date): string =>
  JSON.stringify({ type: 'header', format: FORMAT, version: VERSION, exportedAt });

/** @throws OperatorError where what follows is not what this program can read */
export function checkHeader(line: unknown): void {
  const header = headerSchema.safeParse(line);
  if (!header.success) throw new OperatorError('Line 1 is no header of an export; nothing was imported');
  if (header.data.version !== VERSION)
    throw new OperatorError(
      `The export has version ${header.data.version}, and this program reads version ${VERSION}; nothing was imported`,
    );
}
