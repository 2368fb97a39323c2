import { Global, Module, type DynamicModule } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { ClsModule } from 'nestjs-cls';
import { Settings } from '../config/settings.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ConnectionMetrics } from './connection-metrics.js';
import { dataSourceOptions } from './data-source.js';
import { Sql } from './sql.js';
import { StatementTimes } from './statement-times.js';
import { TypeOrmStatements } from './typeorm-statements.js';
import { withoutEnhancers } from './without-enhancers.js';

/** The pool, the ambient transactions (`@Transactional()`) and prepared statements. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(entities: (new () => object)[]): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        MetricsModule,
        TypeOrmModule.forRootAsync({
          inject: [Settings],
          useFactory: (settings: Settings) => ({ ...dataSourceOptions(settings, entities), retryAttempts: 0 }),
        }),
        withoutEnhancers(
          ClsModule.forRoot({
            global: true,
            plugins: [
              new ClsPluginTransactional({
                imports: [TypeOrmModule],
                adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: getDataSourceToken() }),
              }),
            ],
          }),
        ),
      ],
      providers: [Sql, StatementTimes, TypeOrmStatements, ConnectionMetrics],
      exports: [Sql],
    };
  }
}
