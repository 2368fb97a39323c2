import { ValidateBy, type ValidationArguments } from 'class-validator';

/** Refuses a field where another one was sent as well. */
export const NotTogetherWith = (other: string) =>
  ValidateBy({
    name: 'notTogetherWith',
    constraints: [other],
    validator: {
      validate: (_value: unknown, argument?: ValidationArguments) =>
        (argument?.object as Record<string, unknown> | undefined)?.[other] === undefined,
      defaultMessage: () => `$property must not be sent together with ${other}`,
    },
  });
