import { Transform } from 'class-transformer';

/**
 * Turns the text of a query parameter into a whole number. `Number()` would read '', '0x10' and '1e3' as numbers too;
 * what is not plain decimal stays text here, and `@IsInt()` refuses it by name.
 */
export const ToInteger = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value,
  );
