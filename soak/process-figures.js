import { readFile, readdir, readlink } from 'node:fs/promises';

/** Where Linux lists the connections of a machine. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * @typedef {object} Figures
 * @property {number} memory resident, in MiB
 * @property {number} handles open file descriptors
 * @property {number} connections those of the process that PostgreSQL knows of
 */

/**
 * What a process holds at this moment.
 * @param {number} pid
 * @param {Set<number>} clientPorts of the connections to PostgreSQL, as it says itself
 * @returns {Promise<Figures>}
 */
export async function figuresOf(pid, clientPorts) {
  const targets = await handlesOf(pid);
  const inodes = new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  const sockets = (await Promise.all(TABLES.map(socketsIn))).flat();
  return {
    memory: await memoryOf(pid),
    handles: targets.length,
    connections: sockets.filter(({ port, inode }) => clientPorts.has(port) && inodes.has(inode)).length,
  };
}

/** @param {number} pid */
async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** @param {number} pid */
async function handlesOf(pid) {
  const directory = `/proc/${pid}/fd`;
  // One that is closed meanwhile is none.
  const targets = await Promise.all(
    (await readdir(directory)).map((name) => readlink(`${directory}/${name}`).catch(() => '')),
  );
  return targets.filter((target) => target !== '');
}

/** @param {string} table */
async function socketsIn(table) {
  const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    return Number.isNaN(port) ? [] : { port, inode: fields[9] };
  });
}
