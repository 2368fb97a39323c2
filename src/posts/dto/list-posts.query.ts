import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { IsInstant } from '../../common/validation/instant.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { POST_STATUSES } from '../post.entity.js';
import { POST_FIELDS, type PostField } from './post.response.js';
import { MAX_TAG_LENGTH, normaliseTag } from './tags.decorator.js';

const LIST_STATUSES = [...POST_STATUSES, 'trashed'] as const;

export type ListStatus = (typeof LIST_STATUSES)[number];

const SORT_FIELDS = ['publishedAt', 'createdAt', 'updatedAt', 'title'] as const;

export type SortField = (typeof SORT_FIELDS)[number];

const POST_SORTS = SORT_FIELDS.flatMap((field) => [field, `-${field}`] as const);

export type PostSort = (typeof POST_SORTS)[number];

const MAX_SEARCH_LENGTH = 200;

export class ListPostsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Id or username of the author', maxLength: 50, example: 'ada.lovelace' })
  @IsOptional()
  @MaxCharacters(50)
  @MinCharacters(1)
  @IsString()
  author?: string;

  @ApiPropertyOptional({ description: 'Posts with this tag', maxLength: MAX_TAG_LENGTH, example: 'writing' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseTag(value) : value))
  @MaxCharacters(MAX_TAG_LENGTH)
  @MinCharacters(1)
  @IsString()
  tag?: string;

  @ApiPropertyOptional({
    enum: LIST_STATUSES,
    default: 'published',
    description: "All but published ones are one's own; everybody's for editors and administrators",
  })
  @IsOptional()
  @IsIn(LIST_STATUSES)
  status: ListStatus = 'published';

  @ApiPropertyOptional({
    description:
      'Full-text search in title, tags, excerpt and content: words, "phrases", or, -without; the last word may be a beginning. Ranked, unless `sort` is sent. Items get a `snippet`',
    minLength: 1,
    maxLength: MAX_SEARCH_LENGTH,
    example: 'penny press',
  })
  @IsOptional()
  @Trim()
  @MaxCharacters(MAX_SEARCH_LENGTH)
  @MinCharacters(1)
  @IsString()
  q?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'From this time on; of the publication, or of the creation where a post is not published',
    example: '2026-03-01T00:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  since?: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Before this time',
    example: '2026-04-01T00:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  before?: Date;

  @ApiPropertyOptional({
    enum: POST_SORTS,
    description: 'A leading - turns the order round. Left out: newest first, or by rank with `q`',
    example: '-publishedAt',
  })
  @IsOptional()
  @IsIn(POST_SORTS)
  sort?: PostSort;

  @ApiPropertyOptional({
    type: String,
    maxLength: 300,
    description: `Which members the items have, separated by commas: ${POST_FIELDS.join(', ')}`,
    example: 'id,title',
  })
  @IsOptional()
  // A repeated parameter comes as a list already: in another one, none of whose elements is a field, it is refused.
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [...new Set(value.split(','))] : [value]))
  @ArrayNotEmpty()
  @IsIn(POST_FIELDS, { each: true, message: `fields must be of ${POST_FIELDS.join(', ')}` })
  fields?: PostField[];
}
