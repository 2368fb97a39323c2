import { Transform } from 'class-transformer';

/** Cuts white space off both ends before a text is validated. */
export const Trim = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
