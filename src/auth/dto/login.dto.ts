import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { IsString, ValidateIf } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { MAX_PASSWORD_LENGTH } from '../../users/passwords/password-policy.js';

export class LoginDto {
  @ApiPropertyOptional({ description: 'E-mail address or username', maxLength: 254, example: 'ada@example.com' })
  @ValidateIf((dto: LoginDto) => dto.username !== undefined || dto.email === undefined)
  @MaxCharacters(254)
  @MinCharacters(1)
  @IsString()
  username?: string;

  @ApiPropertyOptional({ description: 'The same as `username`', maxLength: 254 })
  @IfSent()
  @MaxCharacters(254)
  @MinCharacters(1)
  @IsString()
  email?: string;

  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD_LENGTH, example: 'correct horse battery' })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;
}
