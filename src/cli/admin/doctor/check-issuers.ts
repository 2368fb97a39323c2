import { z } from 'zod';
import type { Settings } from '../../../core/config/settings.js';
import { explainConnection, PATIENCE, placeOf } from './explain-connection.js';
import { ok, problem, type Finding } from './finding.js';

/** RFC 7517 §5. */
const keySet = z.object({ keys: z.array(z.object({ kty: z.string() })).min(1) });

/** Whether the keys of outside issuers can be had: without them their tokens are answered with 503. */
export async function checkIssuers({ AUTH_ISSUERS = [] }: Partial<Pick<Settings, 'AUTH_ISSUERS'>>): Promise<Finding[]> {
  return Promise.all(AUTH_ISSUERS.map(async ({ jwksUri }) => checkKeys(jwksUri)));
}

async function checkKeys(jwksUri: string): Promise<Finding> {
  const place = placeOf(jwksUri);
  try {
    const answer = await fetch(jwksUri, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return problem('AUTH_ISSUERS', `${place} answers ${answer.status}`, 'correct its jwksUri');
    const keys = keySet.safeParse(await answer.json().catch(() => undefined));
    if (!keys.success) return problem('AUTH_ISSUERS', `${place} is no set of keys (RFC 7517)`, 'correct its jwksUri');
    return ok('AUTH_ISSUERS', `${place} has ${keys.data.keys.length} keys`);
  } catch (error) {
    return problem('AUTH_ISSUERS', explainConnection(error, place), 'correct its jwksUri, or start the issuer');
  }
}
