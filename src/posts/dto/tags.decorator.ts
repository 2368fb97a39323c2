import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, Matches } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';

const MAX_TAGS = 20;
export const MAX_TAG_LENGTH = 50;
/** Letters and digits of any script, joined by single hyphens, dots, pluses or spaces. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .+#-]*$/u;

export const TAGS_SCHEMA = {
  type: 'array',
  items: { type: 'string', minLength: 1, maxLength: MAX_TAG_LENGTH },
  maxItems: MAX_TAGS,
  example: ['writing', 'how-to'],
} as const;

/** Tags are compared and counted in one form: trimmed, lower case, each once. */
export const normaliseTag = (tag: string): string => tag.normalize('NFC').trim().toLowerCase().replaceAll(/\s+/g, ' ');

/** Up to 20 tags, put into their one form before they are validated. */
export const IsTags = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      Array.isArray(value)
        ? [...new Set(value.map((tag: unknown) => (typeof tag === 'string' ? normaliseTag(tag) : tag)))]
        : value,
    ),
    IsArray(),
    ArrayMaxSize(MAX_TAGS),
    IsString({ each: true }),
    MaxCharacters(MAX_TAG_LENGTH, { each: true }),
    Matches(TAG, { each: true, message: 'each tag must be letters and digits, and . + # - or spaces between them' }),
  );
