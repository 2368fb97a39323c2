import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { MAX_SLUG_LENGTH } from '../slugs/slug.js';

/** The `:id` of a path that takes a slug too; what has the shape of a UUID is an id. */
export class PostParam {
  @ApiProperty({ description: 'Id or slug', maxLength: MAX_SLUG_LENGTH, example: 'how-the-penny-press-began' })
  @MaxCharacters(MAX_SLUG_LENGTH)
  @IsString()
  id: string;
}
