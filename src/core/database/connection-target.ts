/** What node-postgres is told besides limits and names. */
export interface ConnectionTarget {
  connectionString: string;
  /** Startup options such as `endpoint=…`; apart from the address, so that whoever has some of its own can add them. */
  options?: string;
  /** SCRAM binds to the TLS connection where the server offers it (RFC 5802, section 6). */
  enableChannelBinding: boolean;
}

/** Modes of TLS that node-postgres knows; `no-verify` is its own. */
export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
/** These mean verify-full to node-postgres 8, which says at each start that version 9 will be laxer. */
const VERIFIED = new Set(['prefer', 'require', 'verify-ca']);

/**
 * An address such as a provider gives it out, as node-postgres takes it: `sslmode`, `sslrootcert`, `channel_binding` and
 * `options` count. A mode that asks for TLS gets a certificate that is verified, with its name; what PostgreSQL's own
 * library would leave unverified takes `uselibpqcompat=true`.
 */
export function connectionTarget(url: string): ConnectionTarget {
  const { address, parameters } = partsOf(url);
  const mode = parameters.get('sslmode');
  if (mode && VERIFIED.has(mode) && parameters.get('uselibpqcompat') !== 'true')
    parameters.set('sslmode', 'verify-full');
  if (parameters.get('sslrootcert') === 'system') {
    // The authorities that Node.js knows hold where no file is named; PostgreSQL's library verifies the name, too, then.
    parameters.delete('sslrootcert');
    parameters.set('sslmode', 'verify-full');
  }
  const options = parameters.get('options') ?? undefined;
  parameters.delete('options');
  const query = parameters.toString();
  return {
    connectionString: query === '' ? address : `${address}?${query}`,
    ...(options !== undefined && { options }),
    enableChannelBinding: ['require', 'prefer'].includes(parameters.get('channel_binding') ?? ''),
  };
}

/** The files that an address names. */
export const filesOf = (url: string): string[] =>
  ['sslrootcert', 'sslcert', 'sslkey'].flatMap((name) => partsOf(url).parameters.get(name) ?? []).filter(isFile);

/** Whether `sslmode` is left out or one that is known. */
export function isSslModeKnown(url: string): boolean {
  const mode = partsOf(url).parameters.get('sslmode');
  return mode === null || SSL_MODES.includes(mode);
}

const isFile = (value: string): boolean => value !== '' && value !== 'system';

function partsOf(url: string): { address: string; parameters: URLSearchParams } {
  const [address = '', ...query] = url.split('?');
  return { address, parameters: new URLSearchParams(query.join('?')) };
}
