import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsDate } from 'class-validator';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** The instant of an RFC 3339 text; `undefined` for any other text, and for days that no calendar has. */
function parseInstant(text: string): Date | undefined {
  const [, year, month, day] = INSTANT.exec(text) ?? [];
  const date = new Date(text);
  if (year === undefined || Number.isNaN(date.getTime())) return undefined;
  // At both ends of the calendar an offset leads to years that RFC 3339 cannot write.
  if (!/^\d{4}-/.test(date.toISOString())) return undefined;
  // `Date` makes the first of March of a thirtieth of February.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= lastDay ? date : undefined;
}

/** A time as RFC 3339 writes it, with its offset, made into a `Date`. */
export const IsInstant = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (parseInstant(value) ?? value) : value)),
    IsDate({ message: '$property must be a time such as 2026-03-02T08:00:00Z' }),
  );
