import { Module } from '@nestjs/common';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

/** The routes, for processes that serve clients. */
@Module({ imports: [UsersModule], controllers: [UsersController] })
export class UsersApiModule {}
