import { Transform } from 'class-transformer';

/** Turns the texts `true` and `false` of a query parameter into what they say, and leaves others to be refused. */
export const ToBoolean = () =>
  Transform(({ value }: { value: unknown }) => (value === 'true' || value === 'false' ? value === 'true' : value));
