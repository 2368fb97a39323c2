import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../users/passwords/password-policy.js';
import { LINK_TOKEN_SCHEMA } from './verify-email.dto.js';

export class ResetPasswordDto {
  @ApiProperty(LINK_TOKEN_SCHEMA)
  @MaxCharacters(500)
  @MinCharacters(1)
  @IsString()
  token: string;

  @ApiProperty({
    format: 'password',
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'battery staple correct',
  })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;
}

export class ChangePasswordDto {
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'correct horse battery' })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  currentPassword: string;

  @ApiProperty({
    format: 'password',
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'battery staple correct',
  })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  newPassword: string;
}
