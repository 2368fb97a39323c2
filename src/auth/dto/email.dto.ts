import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { IsEmailAddress, EMAIL_SCHEMA } from '../../users/dto/email-address.decorator.js';
import { MAX_PASSWORD_LENGTH } from '../../users/passwords/password-policy.js';

export class EmailDto {
  @ApiProperty(EMAIL_SCHEMA)
  @IsEmailAddress()
  email: string;
}

export class ChangeEmailDto extends EmailDto {
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'correct horse battery' })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;
}
