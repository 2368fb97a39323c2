import { z } from 'zod';
import { isUuid } from '../../../common/ids/uuid.js';
import { isSingleLine } from '../../../common/validation/single-line.decorator.js';

/** What a member of a line may be. Lengths are counted in characters, as everywhere; zod itself counts UTF-16 units. */

const NUL = String.fromCodePoint(0);

/** PostgreSQL keeps neither NUL nor half of a surrogate pair. */
const storable = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes(NUL), 'has characters that cannot be stored');

export const text = (maximum: number) =>
  storable.refine((value) => !isLonger(value, maximum), `must have at most ${maximum} characters`);

/** A name or a title, which gets into the subject of a mail. */
export const singleLine = (maximum: number) =>
  text(maximum).refine(isSingleLine, 'must be a single line without control characters');

const isLonger = (value: string, maximum: number): boolean =>
  value.length > maximum && (value.length > 2 * maximum || [...value].length > maximum);

export const id = z
  .string()
  .refine(isUuid, 'must be a UUID')
  .transform((value) => value.toLowerCase());

export const time = z.iso.datetime({ offset: true, error: 'must be a time as in RFC 3339' });

const MAX_INTEGER = 2_147_483_647;

export const version = z.int().min(1).max(MAX_INTEGER);

/** May be null, which is also what it is when it is left out. */
export const orNull = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);
