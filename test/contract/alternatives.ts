import { isDeepStrictEqual } from 'node:util';
import { member, members, target, type Place } from './place.js';

export type Schema = boolean | Record<string, unknown>;

/** One of the ways in which a value may fit a schema: of a single type, with nothing left to resolve or to choose. */
export interface Alternative {
  pointer: string;
  /** Any where it is left out. */
  type?: string;
  /** The only values, where they are listed. */
  values?: unknown[];
  properties: Map<string, Place<Schema>>;
  required: Set<string>;
  items?: Place<Schema>;
  additionalProperties?: Place<Schema>;
  /** All that is left. */
  keywords: Record<string, unknown>;
}

/** What an alternative is made of before its types are told apart. */
interface Part extends Omit<Alternative, 'type'> {
  types?: string[];
}

/**
 * Every way to fit a schema.
 * @throws Error for a schema that consists of itself, or whose parts say different things of the same
 */
export function alternativesOf(schema: Place<Schema>): Alternative[] {
  return partsOf(schema, []).flatMap((part) => byType(part));
}

function partsOf(place: Place<Schema>, passed: string[]): Part[] {
  const { pointer, value } = place;
  if (passed.includes(pointer)) throw new Error(`${pointer} consists of itself`);
  // Nothing fits `false`.
  if (value === false) return [];
  const choices = [[ownPart(place)]];
  const inner = (one: Place<Schema>): Part[] => partsOf(one, [...passed, pointer]);
  const reference = member<string>(place, '$ref')?.value;
  if (reference !== undefined) choices.push(inner(target<Schema>(place, reference)));
  for (const one of members<Schema>(member(place, 'allOf')).values()) choices.push(inner(one));
  for (const name of ['anyOf', 'oneOf']) {
    const some = [...members<Schema>(member(place, name)).values()];
    if (some.length > 0) choices.push(some.flatMap(inner));
  }
  return choices
    .reduce((wholes, parts) => wholes.flatMap((whole) => parts.map((part) => together(whole, part))))
    .filter(({ types }) => types?.length !== 0)
    .map((part) => (isReferenceAlone(value) ? part : at(pointer, part)));
}

const at = (pointer: string, part: Part): Part => ({ ...part, pointer });

const COMPOSITION = ['$ref', 'allOf', 'anyOf', 'oneOf'];
/** What a value need not fit. */
const ANNOTATIONS = new Set(['title', 'description', 'example', 'examples', 'deprecated', 'externalDocs', '$comment']);
/** What stands beside the keywords. */
const STRUCTURE = new Set(['properties', 'items', 'additionalProperties', 'const', ...COMPOSITION]);
const isAnnotation = (name: string): boolean => ANNOTATIONS.has(name) || name.startsWith('x-');

const isReferenceAlone = (schema: Schema): boolean =>
  Object.hasOwn(Object(schema) as object, '$ref') &&
  Object.keys(schema).every((name) => name === '$ref' || isAnnotation(name));

function ownPart(place: Place<Schema>): Part {
  const {
    type,
    nullable,
    enum: list,
    required,
    ...rest
  } = (place.value === true ? {} : place.value) as Record<string, unknown>;
  const values = rest['const'] === undefined ? (list as unknown[] | undefined) : [rest['const']];
  const types = type === undefined ? undefined : [type as string | string[]].flat();
  return {
    pointer: place.pointer,
    // As OpenAPI 3.0 had it.
    types: types && nullable === true ? [...types, 'null'] : types,
    values,
    properties: members(member(place, 'properties')),
    required: new Set(required as string[] | undefined),
    items: member(place, 'items'),
    additionalProperties: member(place, 'additionalProperties'),
    keywords: {
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => !STRUCTURE.has(name) && !isAnnotation(name))),
      ...(nullable !== undefined && !types && { nullable }),
    },
  };
}

/** What fits both. */
function together(one: Part, other: Part): Part {
  const sole = <Value>(name: string, first: Value, second: Value): Value => {
    if (first !== undefined && second !== undefined && !isDeepStrictEqual(first, second))
      throw new Error(`${one.pointer}: its parts have ${name} twice, which cannot be compared`);
    return first ?? second;
  };
  const properties = new Map(one.properties);
  for (const [name, property] of other.properties)
    properties.set(name, both(one.properties.get(name), property) as Place<Schema>);
  const keywords = { ...one.keywords };
  for (const [name, value] of Object.entries(other.keywords)) keywords[name] = sole(name, keywords[name], value);
  return {
    pointer: other.pointer,
    types:
      one.types && other.types ? one.types.filter((type) => other.types?.includes(type)) : (one.types ?? other.types),
    values: sole('enum', one.values, other.values),
    properties,
    required: new Set([...one.required, ...other.required]),
    items: both(one.items, other.items),
    additionalProperties: both(one.additionalProperties, other.additionalProperties),
    keywords,
  };
}

function both(one?: Place<Schema>, other?: Place<Schema>): Place<Schema> | undefined {
  return one && other ? { ...one, value: { allOf: [one.value, other.value] } } : (one ?? other);
}

function byType({ types, values, ...rest }: Part): Alternative[] {
  const all = types ?? (values && [...new Set(values.map((value) => typeOf(value)))]);
  if (!all) return [rest];
  return all.flatMap((type): Alternative[] => {
    // Only one value is null, and nothing else is to be said of it.
    if (type === 'null')
      return [{ pointer: rest.pointer, type, properties: new Map(), required: new Set(), keywords: {} }];
    const own = values?.filter((value) => typeOf(value) === type || (type === 'number' && typeof value === 'number'));
    return own?.length === 0 ? [] : [{ ...rest, type, ...(own && { values: own }) }];
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
