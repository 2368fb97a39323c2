import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsEmail, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { ROLES, type Role } from '../../common/access/role.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../passwords/password-policy.js';
import { IsUsername, USERNAME_SCHEMA } from './username.decorator.js';

export class CreateUserDto {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.com' })
  @Trim()
  @IsEmail({ allow_utf8_local_part: false }, { message: 'email must be one e-mail address' })
  @MaxLength(254)
  @IsString()
  email: string;

  @ApiProperty({
    format: 'password',
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    example: 'correct horse battery',
  })
  @MaxLength(MAX_PASSWORD_LENGTH)
  @IsString()
  password: string;

  @ApiPropertyOptional({ ...USERNAME_SCHEMA, description: 'Made from the address where it is left out' })
  @IfSent()
  @IsUsername()
  username?: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  @IsOptional()
  @Trim()
  @MaxLength(100)
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
