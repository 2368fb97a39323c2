import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters } from '../../common/validation/characters.decorator.js';
import { ROLES, type Role } from '../../common/access/role.js';
import { IfSent } from '../../common/validation/if-sent.decorator.js';
import { IsSingleLine } from '../../common/validation/single-line.decorator.js';
import { Trim } from '../../common/validation/trim.decorator.js';
import { IsUsername, USERNAME_SCHEMA } from './username.decorator.js';

class ChangeableUser {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 100, example: 'Ada King, Countess of Lovelace' })
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

/** Changes what is sent, and nothing else. */
export class PatchUserDto extends ChangeableUser {
  @ApiPropertyOptional(USERNAME_SCHEMA)
  @IfSent()
  @IsUsername()
  username?: string;
}

/** Replaces the profile; `role` and `isActive`, which are no part of it, stay unless they are sent. */
export class ReplaceUserDto extends ChangeableUser {
  @ApiProperty(USERNAME_SCHEMA)
  @IsUsername()
  username: string;
}
