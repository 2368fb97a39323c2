import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Actor } from '../../common/access/actor.js';
import { ROLES, type Role } from '../../common/access/role.js';
import { Page, type RowPage } from '../../common/paging/page.js';
import type { User } from '../user.entity.js';
import { canSeePrivate } from '../users.policy.js';
import { USERNAME_SCHEMA } from './username.decorator.js';

/** What a response is built from; a hash is not among it. */
export type UserRow = Pick<
  User,
  'id' | 'username' | 'fullName' | 'role' | 'email' | 'emailVerifiedAt' | 'isActive' | 'createdAt' | 'updatedAt'
>;

export class UserResponse {
  @ApiProperty({ format: 'uuid', example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })
  id: string;

  @ApiProperty(USERNAME_SCHEMA)
  username: string;

  @ApiProperty({ type: String, nullable: true, maxLength: 100, example: 'Ada Lovelace' })
  fullName: string | null;

  @ApiProperty({ enum: ROLES, example: 'user' })
  role: Role;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  updatedAt: Date;

  @ApiPropertyOptional({
    format: 'email',
    maxLength: 254,
    description: 'Only for oneself and administrators',
    example: 'ada@example.com',
  })
  email?: string;

  @ApiPropertyOptional({ description: 'Only for oneself and administrators', example: true })
  emailVerified?: boolean;

  @ApiPropertyOptional({ description: 'Only for oneself and administrators', example: true })
  isActive?: boolean;

  static from(row: UserRow, viewer: Actor): UserResponse {
    return canSeePrivate(viewer, row.id) ? UserResponse.privateFrom(row) : UserResponse.publicFrom(row);
  }

  /** With what only oneself and administrators see. */
  static privateFrom(row: UserRow): UserResponse {
    const response = UserResponse.publicFrom(row);
    response.email = row.email;
    response.emailVerified = row.emailVerifiedAt !== null;
    response.isActive = row.isActive;
    return response;
  }

  private static publicFrom(row: UserRow): UserResponse {
    return {
      id: row.id,
      username: row.username,
      fullName: row.fullName,
      role: row.role,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

export class UserPageResponse extends Page<UserResponse> {
  @ApiProperty({ type: [UserResponse] })
  items: UserResponse[];

  static from({ rows, page }: RowPage<UserRow>, viewer: Actor): UserPageResponse {
    return { items: rows.map((row) => UserResponse.from(row, viewer)), page };
  }
}
