import { ValidationPipe, type ArgumentMetadata, type PipeTransform, type ValidationError } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError, type FieldError } from '../../common/errors/app-error.js';

/** More would only repeat what the first ones say. */
const MAX_ERRORS = 50;

/** Of each class of them, and in characters. */
const REMEMBERED = { inputs: 1_000, length: 300 };

/**
 * Strict about what comes in: unknown members and wrong types are named and refused, nothing is converted silently. The
 * parameters of paths and queries are few and small, and the same ones come again and again: what was found valid is
 * remembered, since to find it again costs more than all guards together.
 */
class StrictValidationPipe implements PipeTransform {
  private readonly validation = new ValidationPipe({
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
  private readonly valid = new Map<Function, LRUCache<string, object>>();

  /** What needs no validation comes back as it is: a promise would cost more than the look at it. */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { type, metatype, data } = metadata;
    // Made by a decorator of ours.
    if (type === 'custom') return value;
    const isSmall = type === 'param' || type === 'query';
    // Single members, and those of no class, are not validated here; one of them may be a token, too.
    if (!isSmall || data !== undefined || !metatype || metatype === Object)
      return this.validation.transform(value, metadata);
    const text = JSON.stringify(value);
    return this.knownOf(metatype).get(text) ?? this.validated(value, metadata, metatype, text);
  }

  private async validated(value: unknown, metadata: ArgumentMetadata, metatype: Function, text: string) {
    const made: unknown = await this.validation.transform(value, metadata);
    // Frozen, as whoever asks for the same gets the same object.
    if (text.length <= REMEMBERED.length && made instanceof metatype)
      this.knownOf(metatype).set(text, Object.freeze(made));
    return made;
  }

  private knownOf(metatype: Function): LRUCache<string, object> {
    const known = this.valid.get(metatype) ?? new LRUCache({ max: REMEMBERED.inputs });
    this.valid.set(metatype, known);
    return known;
  }
}

export const createValidationPipe = (): PipeTransform => new StrictValidationPipe();

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
