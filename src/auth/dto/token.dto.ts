import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { MAX_PASSWORD_LENGTH } from '../../users/passwords/password-policy.js';

/** The parameters of a token request (RFC 6749 §4.3.2 and §6); which of them are needed depends on the grant. */
export class TokenDto {
  @ApiProperty({ enum: ['password', 'refresh_token'], example: 'password' })
  @MaxCharacters(100)
  @IsString()
  grant_type: string;

  @ApiPropertyOptional({ description: 'E-mail address or username', maxLength: 254, example: 'ada@example.com' })
  @IfSent()
  @MaxCharacters(254)
  @IsString()
  username?: string;

  @ApiPropertyOptional({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'correct horse battery' })
  @IfSent()
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password?: string;

  @ApiPropertyOptional({ maxLength: 500 })
  @IfSent()
  @MaxCharacters(500)
  @IsString()
  refresh_token?: string;
}

/** The fields of the form; others, such as client credentials, are ignored (RFC 6749 §3.2). */
export const TOKEN_FIELDS = ['grant_type', 'username', 'password', 'refresh_token'];
