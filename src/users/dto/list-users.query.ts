import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';
import { ToBoolean } from '../../common/validation/to-boolean.decorator.js';
import { ROLES, type Role } from '../../common/access/role.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';

const USER_SORTS = ['createdAt', '-createdAt', 'username', '-username'] as const;

export type UserSort = (typeof USER_SORTS)[number];

export class ListUsersQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Part of the username or the name', maxLength: 100, example: 'ada' })
  @IsOptional()
  @MaxCharacters(100)
  @MinCharacters(1)
  @IsString()
  q?: string;

  @ApiPropertyOptional({ enum: ROLES, example: 'editor' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({ description: 'Deleted ones instead, for administrators', example: false })
  @IsOptional()
  @IsBoolean()
  @ToBoolean()
  deleted: boolean = false;

  @ApiPropertyOptional({ enum: USER_SORTS, default: '-createdAt', description: 'A leading - turns the order round' })
  @IsOptional()
  @IsIn(USER_SORTS)
  sort: UserSort = '-createdAt';
}
