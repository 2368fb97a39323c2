import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics.js';

/** How many connections the pool has, and how many statements and transactions wait for one. */
@Injectable()
export class ConnectionMetrics {
  constructor(dataSource: DataSource, metrics: Metrics) {
    // TypeORM types it as any.
    const pool = () => (dataSource.driver as unknown as { master: Pool }).master;
    metrics.observe({
      name: 'database_connections',
      help: 'Connections of the pool; it grows up to DATABASE_POOL_MAX',
      label: 'state',
      read: async () => ({ idle: pool().idleCount, busy: pool().totalCount - pool().idleCount }),
    });
    metrics.observe({
      name: 'database_connections_awaited',
      help: 'Statements and transactions that wait for a connection',
      read: async () => ({ waiting: pool().waitingCount }),
    });
  }
}
