import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { AppError, type FieldError } from '../../common/errors/app-error.js';

/** More would only repeat what the first ones say. */
const MAX_ERRORS = 50;

/** Strict about what comes in: unknown members and wrong types are named and refused, nothing is converted silently. */
export const createValidationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const fields = errors.flatMap((error) => fieldErrors(error)).slice(0, MAX_ERRORS);
      return new AppError('VALIDATION_FAILED', { detail: fields[0]?.detail, errors: fields });
    },
  });

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const field = (parent ? `${parent}.${error.property}` : error.property).slice(0, 200);
  const own = Object.entries(error.constraints ?? {}).map(([constraint, detail]) => ({
    field,
    code: constraint === 'whitelistValidation' ? 'UNKNOWN_FIELD' : upperSnake(constraint),
    detail: constraint === 'whitelistValidation' ? `${field} is not a known field` : detail,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}

const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
