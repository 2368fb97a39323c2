/** A part of a document, with the JSON pointer (RFC 6901) that leads to it. */
export interface Place<Value = unknown> {
  document: object;
  pointer: string;
  value: Value;
}

export const rootOf = (document: object): Place<object> => ({ document, pointer: '#', value: document });

/** @returns undefined where there is nothing, or where there is no object to look into */
export function member<Value>({ document, pointer, value }: Place, name: string): Place<Value> | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const found = (value as Record<string, unknown>)[name] as Value;
  return { document, pointer: pointerBelow(pointer, name), value: found };
}

export const pointerBelow = (pointer: string, name: string): string =>
  `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Every member of an object or item of a list, by its name; none where there is nothing. */
export function members<Value>(place: Place | undefined): Map<string, Place<Value>> {
  const names = Object.keys(place?.value ?? {});
  return new Map(names.map((name) => [name, member<Value>(place as Place, name) as Place<Value>]));
}

/**
 * What a reference leads to; anything else is itself.
 * @throws Error for one that leads nowhere, out of the document, or back to itself
 */
export function resolved<Value>(place: Place<Value>): Place<Value> {
  const passed = new Set<string>();
  let found: Place = place;
  for (let reference = referenceOf(found); reference !== undefined; reference = referenceOf(found)) {
    if (passed.has(reference)) throw new Error(`${place.pointer}: ${reference} leads back to itself`);
    passed.add(reference);
    found = target(found, reference);
  }
  return found as Place<Value>;
}

const referenceOf = ({ value }: Place): string | undefined =>
  (value as { $ref?: string } | undefined | null)?.$ref ?? undefined;

/** What a reference at this place names. */
export function target<Value>({ document, pointer }: Place, reference: string): Place<Value> {
  const [first, ...names] = reference.split('/');
  const found =
    first === '#'
      ? names.reduce<Place | undefined>((place, name) => place && member(place, unescaped(name)), rootOf(document))
      : undefined;
  if (!found) throw new Error(`${pointer}: ${reference} leads nowhere`);
  return found as Place<Value>;
}

const unescaped = (part: string): string => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
