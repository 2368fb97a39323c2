import { ApiProperty } from '@nestjs/swagger';
import { USERNAME_SCHEMA } from './username.decorator.js';

export class AuthorResponse {
  @ApiProperty({ format: 'uuid', example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })
  id: string;

  @ApiProperty(USERNAME_SCHEMA)
  username: string;

  @ApiProperty({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  fullName: string | null;
}
