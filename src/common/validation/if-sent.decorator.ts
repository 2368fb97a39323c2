import { ValidateIf } from 'class-validator';

/**
 * Validates a field only where it was sent. Unlike `@IsOptional()` it does not wave `null` through, which would reach
 * a column that has no null.
 */
export const IfSent = () => ValidateIf((_object, value) => value !== undefined);
