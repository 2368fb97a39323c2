import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { POST_STATUSES, type PostStatus } from '../post.entity.js';
import { MAX_TAG_LENGTH, normaliseTag } from './tags.decorator.js';

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
    enum: POST_STATUSES,
    default: 'published',
    description: "Drafts and scheduled ones are one's own; everybody's for editors and administrators",
  })
  @IsOptional()
  @IsIn(POST_STATUSES)
  status: PostStatus = 'published';
}
