/** Ways in which an answer may go over the wire, the better one first. */
const CODINGS = ['br', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

const WEIGHTED = /^([!#$%&'*+.^_`|~\w-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?$/i;
/** Longer ones are nobody's who means well, in characters. */
const MAX_LENGTH = 500;

/**
 * The coding that a client likes best of those there are (RFC 9110 §12.5.3); of those that it likes alike, the better
 * one. Undefined means none, which is also the answer to whoever refuses every one: nobody is helped by a 406.
 */
export function preferredCoding(acceptEncoding: string | undefined): Coding | undefined {
  if (!acceptEncoding || acceptEncoding.length > MAX_LENGTH) return undefined;
  const weights = weightsOf(acceptEncoding);
  const others = weights.get('*') ?? 0;
  // Not named, it is acceptable, but never better than one that is asked for.
  let best = { coding: undefined as Coding | undefined, weight: weights.get('identity') ?? 0 };
  for (const coding of CODINGS) {
    const weight = weights.get(coding) ?? others;
    if (weight > 0 && (weight > best.weight || (best.coding === undefined && weight === best.weight)))
      best = { coding, weight };
  }
  return best.coding;
}

/** What cannot be read is left out. */
function weightsOf(acceptEncoding: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of acceptEncoding.split(',')) {
    const [, name, weight = '1'] = WEIGHTED.exec(part.trim()) ?? [];
    // RFC 9110 §8.4.1.3 has x-gzip mean the same.
    if (name) weights.set(name.toLowerCase().replace(/^x-gzip$/, 'gzip'), Math.min(Number(weight), 1));
  }
  return weights;
}

/**
 * A strong validator stands for the very bytes, so each coding has one of its own (RFC 9110 §8.8.3.3). The sign in front
 * of its name is in none of our own tags.
 */
export const codedETag = (etag: string, coding: Coding): string =>
  etag.startsWith('W/') ? etag : etag.replace(/"$/, `+${coding}"`);

/** The tags of an `If-Match` without their codings: what is changed is the same, however it was read. */
export const withoutCodings = (tags: string): string => tags.replace(/\+(?:br|gzip)"/g, '"');
