import { Body, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { Public } from '../common/access/public.decorator.js';
import { Roles } from '../common/access/roles.decorator.js';
import { API_PREFIX, ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { Idempotency } from '../core/idempotency/idempotency.js';
import { IdempotentPost } from '../core/idempotency/idempotent-post.decorator.js';
import { RateClass } from '../core/throttle/rate-class.decorator.js';
import { CurrentAccount } from './current-account.decorator.js';
import { PatchUserDto, ReplaceUserDto } from './dto/change-user.dto.js';
import { CreateUserDto } from './dto/create-user.dto.js';
import { ListUsersQuery } from './dto/list-users.query.js';
import { UserPageResponse, UserResponse, type UserRow } from './dto/user.response.js';
import { RegistrationService } from './registration.service.js';
import { UsersService } from './users.service.js';

@ApiController('users', 'Users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly registration: RegistrationService,
    private readonly idempotency: Idempotency,
  ) {}

  @Post()
  @Public()
  @RateClass('sign-up')
  @IdempotentPost()
  @ApiAnswer(201, UserResponse, {
    summary: 'Sign up',
    description:
      'Makes an account and sends the welcome mail with a verification link. Administrators may leave `password` out: the owner is invited by mail to choose one.',
    errors: ['EMAIL_TAKEN', 'USERNAME_TAKEN', 'REGISTRATION_CLOSED', 'ADMIN_FIELD'],
    headers: ['Location'],
  })
  async create(
    @CurrentUser() actor: Actor | undefined,
    @Body() dto: CreateUserDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const account = await this.registration.prepare(actor, dto);
    return this.idempotency.once(reply, async () => {
      const user = await this.registration.create(account);
      void reply.header('location', `${API_PREFIX}/users/${user.id}`);
      return UserResponse.privateFrom(user);
    });
  }

  @Get()
  @ApiAnswer(200, UserPageResponse, { summary: 'List accounts', headers: ['Link'] })
  async page(
    @CurrentUser() actor: Actor,
    @Query() query: ListUsersQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserPageResponse> {
    const page = await this.users.page(actor, query);
    setPageLinks(reply, page);
    return UserPageResponse.from(page, actor);
  }

  @Get('me')
  @ApiAnswer(200, UserResponse, { summary: 'Read your own account' })
  readOwn(@CurrentAccount() account: UserRow): UserResponse {
    return UserResponse.privateFrom(account);
  }

  @Patch('me')
  @ApiAnswer(200, UserResponse, {
    summary: 'Change your own account',
    errors: ['USERNAME_TAKEN', 'ADMIN_FIELD', 'LAST_ADMINISTRATOR'],
  })
  async patchOwn(@CurrentUser() actor: Actor, @Body() dto: PatchUserDto): Promise<UserResponse> {
    return UserResponse.from(await this.users.patch(actor, actor.id, dto), actor);
  }

  @Delete('me')
  @ApiAnswer(204, null, { summary: 'Delete your own account', errors: ['LAST_ADMINISTRATOR'] })
  async removeOwn(@CurrentUser() actor: Actor): Promise<void> {
    await this.users.remove(actor, actor.id);
  }

  @Get(':id')
  @ApiAnswer(200, UserResponse, { summary: 'Read an account', errors: ['USER_NOT_FOUND'] })
  async read(@CurrentUser() actor: Actor, @Param() { id }: IdParam): Promise<UserResponse> {
    return UserResponse.from(await this.users.byId(id), actor);
  }

  @Put(':id')
  @ApiAnswer(200, UserResponse, {
    summary: 'Replace the profile of an account',
    errors: ['USER_NOT_FOUND', 'ACCOUNT_NOT_YOURS', 'ADMIN_FIELD', 'USERNAME_TAKEN', 'LAST_ADMINISTRATOR'],
  })
  async replace(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Body() dto: ReplaceUserDto,
  ): Promise<UserResponse> {
    return UserResponse.from(await this.users.replace(actor, id, dto), actor);
  }

  @Patch(':id')
  @ApiAnswer(200, UserResponse, {
    summary: 'Change an account',
    errors: ['USER_NOT_FOUND', 'ACCOUNT_NOT_YOURS', 'ADMIN_FIELD', 'USERNAME_TAKEN', 'LAST_ADMINISTRATOR'],
  })
  async patch(@CurrentUser() actor: Actor, @Param() { id }: IdParam, @Body() dto: PatchUserDto): Promise<UserResponse> {
    return UserResponse.from(await this.users.patch(actor, id, dto), actor);
  }

  @Delete(':id')
  @ApiAnswer(204, null, {
    summary: 'Delete an account',
    errors: ['USER_NOT_FOUND', 'ACCOUNT_NOT_YOURS', 'LAST_ADMINISTRATOR'],
  })
  async remove(@CurrentUser() actor: Actor, @Param() { id }: IdParam): Promise<void> {
    await this.users.remove(actor, id);
  }

  @Post(':id/restore')
  @Roles('admin')
  @ApiAnswer(200, UserResponse, {
    summary: 'Restore a deleted account',
    description: 'With its posts. Its address and its username may have been taken meanwhile.',
    errors: ['USER_NOT_FOUND', 'EMAIL_TAKEN', 'USERNAME_TAKEN'],
  })
  async restore(@Param() { id }: IdParam): Promise<UserResponse> {
    return UserResponse.privateFrom(await this.users.restore(id));
  }
}
