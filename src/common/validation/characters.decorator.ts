import { ValidateBy, type ValidationOptions } from 'class-validator';

/** What counts as a character is a code point, as `maxLength` of JSON Schema counts them (RFC 8259 §7). */
function countCharacters(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length - 1; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      pairs += 1;
      index += 1;
    }
  }
  return text.length - pairs;
}

/** No more characters than that. class-validator's own leaves some characters out of its count. */
export const MaxCharacters = (maximum: number, options?: ValidationOptions) =>
  ValidateBy(
    {
      name: 'maxLength',
      constraints: [maximum],
      validator: {
        // A text has at least half as many characters as units: only one in between needs to be counted.
        validate: (value: unknown) =>
          typeof value === 'string' && (value.length <= maximum || countCharacters(value) <= maximum),
        defaultMessage: () => `$property must have at most ${maximum} characters`,
      },
    },
    options,
  );

/** At least so many characters. */
export const MinCharacters = (minimum: number, options?: ValidationOptions) =>
  ValidateBy(
    {
      name: 'minLength',
      constraints: [minimum],
      validator: {
        validate: (value: unknown) => typeof value === 'string' && countCharacters(value) >= minimum,
        defaultMessage: () => `$property must have at least ${minimum} characters`,
      },
    },
    options,
  );
