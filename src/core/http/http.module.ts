import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { DeprecatedRoutes } from '../deprecation/deprecated-routes.js';
import { ProblemFilter } from '../errors/problem.filter.js';
import { createValidationPipe } from '../errors/validation.pipe.js';
import { HttpDrain } from './http-drain.js';
import { KnownRoutes } from './known-routes.js';
import { RequestReport } from './request-report.js';

/** What every HTTP process has in common: strict validation, one envelope for errors, one report for each request. */
@Module({
  providers: [
    KnownRoutes,
    DeprecatedRoutes,
    HttpDrain,
    RequestReport,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: createValidationPipe },
  ],
})
export class HttpModule {}
