import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import { ok, problem, type Finding } from './finding.js';

const { engines } = createRequire(import.meta.url)('#package') as { engines: { node: string } };

export function checkNode(version = process.versions.node): Finding {
  const wanted = engines.node.replace('>=', '');
  return version.localeCompare(wanted, 'en', { numeric: true }) < 0
    ? problem('Node.js', version, `install ${wanted} or newer`)
    : ok('Node.js', version);
}

/** Whether the embedded PostgreSQL can be kept there. */
export function checkDataDirectory(directory: string): Finding {
  // What is not there yet is made in the nearest folder that is.
  let folder = directory;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    if (statSync(folder).isDirectory()) return ok('DATA_DIR', directory);
    return problem('DATA_DIR', `${folder} is no folder`, 'name one of your own');
  } catch {
    return problem('DATA_DIR', `${folder} cannot be written to`, 'name one of your own');
  }
}
