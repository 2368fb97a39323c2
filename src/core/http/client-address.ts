import { isIP } from 'node:net';

/**
 * The address of a client as PostgreSQL can keep it. A trusted proxy may name one with a port, with a zone, or none at
 * all: what is no plain address is null.
 */
export function clientAddress(ip: string): string | null {
  const withoutZone = ip.split('%', 1)[0] ?? '';
  return isIP(withoutZone) ? withoutZone : null;
}
