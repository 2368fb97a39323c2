import { join } from 'node:path';

/** Where one cluster keeps its files. */
export interface Cluster {
  directory: string;
  data: string;
  password: string;
  port: string;
  log: string;
  lock: string;
}

export function describeCluster(directory: string): Cluster {
  return {
    directory,
    data: join(directory, 'data'),
    password: join(directory, 'password'),
    port: join(directory, 'port'),
    log: join(directory, 'server.log'),
    lock: join(directory, 'launcher.lock'),
  };
}
