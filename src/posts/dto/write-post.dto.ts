import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { IsInstant } from '../../common/validation/instant.decorator.js';
import { IsSingleLine } from '../../common/validation/single-line.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { MAX_EXCERPT_LENGTH } from '../excerpt.js';
import { MAX_SLUG_LENGTH, SLUG_PATTERN } from '../slugs/slug.js';
import { IsTags, TAGS_SCHEMA } from './tags.decorator.js';

export const MAX_TITLE_LENGTH = 200;
export const MAX_CONTENT_LENGTH = 200_000;

const TITLE = { minLength: 1, maxLength: MAX_TITLE_LENGTH, example: 'How the penny press began' };
const CONTENT = {
  maxLength: MAX_CONTENT_LENGTH,
  description: 'Markdown (CommonMark), kept to the byte',
  example: 'In **1833** a newspaper cost a penny for the first time.\n',
};
const SLUG_MESSAGE = { message: 'slug must be lower-case words joined by hyphens, and not of the shape of an id' };

class PostFields {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_EXCERPT_LENGTH,
    description: 'Made from the content where it is left out',
    example: 'In 1833 a newspaper cost a penny for the first time.',
  })
  @IsOptional()
  @Trim()
  @MaxCharacters(MAX_EXCERPT_LENGTH)
  @IsString()
  excerpt?: string | null;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_SLUG_LENGTH,
    pattern: SLUG_PATTERN.source,
    description: 'Made from the title where it is left out',
    example: 'how-the-penny-press-began',
  })
  @IfSent()
  @Matches(SLUG_PATTERN, SLUG_MESSAGE)
  @MaxCharacters(MAX_SLUG_LENGTH)
  @IsString()
  slug?: string;

  @ApiPropertyOptional(TAGS_SCHEMA)
  @IfSent()
  @IsTags()
  tags?: string[];

  @ApiPropertyOptional({ description: 'Whether everybody can read it', example: true })
  @IfSent()
  @IsBoolean()
  published?: boolean;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it is to appear; null takes that back. A time that has come publishes it now',
    example: '2026-12-24T08:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  publishAt?: Date | null;
}

/** A whole post: for creating one, and for replacing one. */
export class WritePostDto extends PostFields {
  @ApiProperty(TITLE)
  @Trim()
  @IsSingleLine()
  @MaxCharacters(MAX_TITLE_LENGTH)
  @MinCharacters(1)
  @IsString()
  title: string;

  @ApiProperty(CONTENT)
  @MaxCharacters(MAX_CONTENT_LENGTH)
  @IsString()
  content: string;
}

/** Changes what is sent, and nothing else. */
export class PatchPostDto extends PostFields {
  @ApiPropertyOptional(TITLE)
  @IfSent()
  @Trim()
  @IsSingleLine()
  @MaxCharacters(MAX_TITLE_LENGTH)
  @MinCharacters(1)
  @IsString()
  title?: string;

  @ApiPropertyOptional(CONTENT)
  @IfSent()
  @MaxCharacters(MAX_CONTENT_LENGTH)
  @IsString()
  content?: string;
}
