import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MAX_CURSOR_LENGTH } from './page.js';
import { MaxCharacters } from '../validation/characters.decorator.js';
import { NotTogetherWith } from '../validation/not-together-with.decorator.js';
import { ToInteger } from '../validation/to-integer.decorator.js';

export const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;
/** Deeper offsets cost more than they are worth; cursors have no such bound. */
const MAX_SKIP = 100_000;

/** The paging parameters that every list takes: `cursor` or `skip`, never both. */
export class PageQuery {
  @ApiPropertyOptional({
    description: 'Items a page',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    example: 20,
  })
  @IsOptional()
  @Max(MAX_LIMIT)
  @Min(1)
  @IsInt()
  @ToInteger()
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({
    description: 'Where to go on: `page.nextCursor` of the page before, with the same filters and sort',
    maxLength: MAX_CURSOR_LENGTH,
  })
  @IsOptional()
  @MaxCharacters(MAX_CURSOR_LENGTH)
  @IsString()
  cursor?: string;

  @ApiPropertyOptional({ description: 'Items to pass over; not together with `cursor`', minimum: 0, maximum: MAX_SKIP })
  @IsOptional()
  @NotTogetherWith('cursor')
  @Max(MAX_SKIP)
  @Min(0)
  @IsInt()
  @ToInteger()
  skip?: number;

  @ApiPropertyOptional({ description: '`exact` adds `page.total`', enum: ['exact'] })
  @IsOptional()
  @IsIn(['exact'])
  count?: 'exact';
}
