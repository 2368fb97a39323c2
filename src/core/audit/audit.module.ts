import { Global, Module } from '@nestjs/common';
import { Audit } from './audit.js';
import { AuditRepository } from './audit.repository.js';

/** The writing side, for every process; the route is in `audit-api.module.ts`. */
@Global()
@Module({ providers: [Audit, AuditRepository], exports: [Audit, AuditRepository] })
export class AuditModule {}
