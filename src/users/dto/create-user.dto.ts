import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { ROLES, type Role } from '../../common/access/role.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { IsSingleLine } from '../../common/validation/single-line.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwords/password-policy.js';
import { EMAIL_SCHEMA, IsEmailAddress } from './email-address.decorator.js';
import { IsUsername, USERNAME_SCHEMA } from './username.decorator.js';

export class CreateUserDto {
  @ApiProperty(EMAIL_SCHEMA)
  @IsEmailAddress()
  email: string;

  @ApiPropertyOptional({
    format: 'password',
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    description: 'Left out by administrators alone, to invite',
    example: 'correct horse battery',
  })
  @IfSent()
  @MaxCharacters(MAX_PASSWORD_LENGTH)
  @IsString()
  password?: string;

  @ApiPropertyOptional({ ...USERNAME_SCHEMA, description: 'Made from the address where it is left out' })
  @IfSent()
  @IsUsername()
  username?: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  @IsOptional()
  @Trim()
  @IsSingleLine()
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
