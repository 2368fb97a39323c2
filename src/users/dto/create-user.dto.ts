import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsEmail, IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { ROLES, type Role } from '../../common/access/role.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwords/password-policy.js';
import { IsUsername, USERNAME_SCHEMA } from './username.decorator.js';

/** What every mail server takes; a name in another script has its ASCII form (RFC 5891). */
const PLAIN_ADDRESS = /^[\x21\x23-\x7e]+$/;

export class CreateUserDto {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.com' })
  @Trim()
  @Matches(PLAIN_ADDRESS, { message: 'email must be one e-mail address, in ASCII and without quotes' })
  @IsEmail({}, { message: 'email must be one e-mail address' })
  @MaxCharacters(254)
  @IsString()
  email: string;

  @ApiProperty({
    format: 'password',
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'correct horse battery',
  })
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;

  @ApiPropertyOptional({ ...USERNAME_SCHEMA, description: 'Made from the address where it is left out' })
  @IfSent()
  @IsUsername()
  username?: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  @IsOptional()
  @Trim()
  @MaxCharacters(100)
  @IsString()
  fullName?: string | null;

  @ApiPropertyOptional({ enum: ROLES, description: 'Set by administrators alone', example: 'user' })
  @IfSent()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({ description: 'Set by administrators alone', example: true })
  @IfSent()
  @IsBoolean()
  isActive?: boolean;
}
