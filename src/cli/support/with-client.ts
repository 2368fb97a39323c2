import { Client, type ClientConfig } from 'pg';
import type { Settings } from '../../core/config/settings.js';
import { connectionTarget } from '../../core/database/connection-target.js';

/**
 * One connection, which is no pooled one: a transaction pooler would take what belongs to a session away.
 * @param limits of time, in milliseconds; a connection has none of its own
 */
export async function withClient<T>(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATABASE_DIRECT_URL'>,
  work: (client: Client) => Promise<T>,
  limits: Pick<ClientConfig, 'connectionTimeoutMillis' | 'query_timeout'> = {},
): Promise<T> {
  const client = new Client({ ...connectionTarget(settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL), ...limits });
  // A lost connection is told by the statement that it fails; unheard, this event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
