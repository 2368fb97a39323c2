import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import { connectionTarget } from '../database/connection-target.js';
import { QUEUE_SCHEMA } from './queue-connection.js';

/** Brings BullMQ's own tables up to date; they are made with Redis too, so that changing over needs no migration. */
export async function migrateQueue(url: string): Promise<void> {
  const client = new Client(connectionTarget(url));
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}
