import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { MAX_TAG_LENGTH, normaliseTag } from '../dto/tags.decorator.js';

const TAG_SORTS = ['name', '-name', 'count', '-count'] as const;

export type TagSort = (typeof TAG_SORTS)[number];

export class ListTagsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Beginning of the tag', minLength: 1, maxLength: MAX_TAG_LENGTH, example: 'wri' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseTag(value) : value))
  @MaxCharacters(MAX_TAG_LENGTH)
  @MinCharacters(1)
  @IsString()
  q?: string;

  @ApiPropertyOptional({ enum: TAG_SORTS, default: '-count', description: 'A leading - turns the order round' })
  @IsOptional()
  @IsIn(TAG_SORTS)
  sort: TagSort = '-count';
}
