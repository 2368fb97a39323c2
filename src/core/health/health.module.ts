import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { RedisCheck } from './redis-check.js';
import { SchemaCheck } from './schema-check.js';

@Global()
@Module({ controllers: [HealthController], providers: [Readiness, SchemaCheck, RedisCheck], exports: [Readiness] })
export class HealthModule {}
