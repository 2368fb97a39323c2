import { Module } from '@nestjs/common';
import { StatusController } from './status.controller.js';
import { SystemStatus } from './system-status.js';

/** Whoever owes something adds a part of their own. */
@Module({ controllers: [StatusController], providers: [SystemStatus], exports: [SystemStatus] })
export class StatusModule {}
