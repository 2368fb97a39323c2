import { isDeepStrictEqual } from 'node:util';
import { alternativesOf, type Alternative, type Schema } from './alternatives.js';
import { pointerBelow, type Place } from './place.js';

/** Clients write requests and read answers: the one may only become wider, the other only narrower. */
export type Direction = 'requests' | 'answers';

export interface Change {
  pointer: string;
  what: string;
}

/** What breaks clients that know a schema as it was; empty where nothing does. */
export function schemaChanges(old: Place<Schema>, now: Place<Schema>, direction: Direction): Change[] {
  return new SchemaComparison(direction).compare(old, now);
}

const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const COMPARED = new Set([...UPPER, ...LOWER, 'pattern', 'format', 'multipleOf', 'uniqueItems', 'default']);

class SchemaComparison {
  /** The pairs that are being compared: what is met again inside of itself has nothing new to tell. */
  private readonly open = new Set<string>();

  constructor(private readonly direction: Direction) {}

  compare(old: Place<Schema>, now: Place<Schema>): Change[] {
    const pair = `${old.pointer} ${now.pointer}`;
    if (this.open.has(pair)) return [];
    this.open.add(pair);
    const [before, after] = [alternativesOf(old), alternativesOf(now)];
    // Each way that is used has to be one that was agreed upon.
    const [used, agreed] = this.isRequest ? [before, after] : [after, before];
    const changes = used.flatMap((way) => this.unlessAgreed(way, agreed, now.pointer));
    this.open.delete(pair);
    return changes;
  }

  private unlessAgreed(way: Alternative, agreed: Alternative[], pointer: string): Change[] {
    const like = agreed.filter(({ type }) => isWithin(way.type, type));
    const changes = like.map((other) => (this.isRequest ? this.changes(way, other) : this.changes(other, way)));
    if (changes.some((some) => some.length === 0)) return [];
    const [only, ...others] = changes;
    if (only && others.length === 0) return only;
    return [{ pointer, what: this.notAgreed(way, agreed, like.length > 0) }];
  }

  private notAgreed({ type, values }: Alternative, agreed: Alternative[], isLike: boolean): string {
    if (this.isRequest && agreed.length === 0) return 'takes nothing now';
    if (this.isRequest && !type) return `takes only ${agreed.map((one) => one.type).join(', ')} now`;
    const named = values ? list(values) : (type ?? 'anything');
    const kind = isLike && !values ? `every kind of ${named}` : named;
    return this.isRequest ? `does not take ${kind} any more` : `may be ${isLike ? `another ${named}` : kind} now`;
  }

  private changes(old: Alternative, now: Alternative): Change[] {
    const { pointer } = now;
    const what = [
      ...this.valueChanges(old, now),
      ...(this.isRequest ? limitChanges(old, now) : []),
      ...this.formatChanges(old, now),
      ...unknownChanges(old, now),
    ];
    return [
      ...what.map((one) => ({ pointer, what: one })),
      ...(this.isRequest ? this.takenMembers(old, now) : this.givenMembers(old, now)),
      ...this.sharedMembers(old, now),
    ];
  }

  private valueChanges(old: Alternative, now: Alternative): string[] {
    const [used, agreed] = this.isRequest ? [old.values, now.values] : [now.values, old.values];
    if (!agreed) return [];
    if (!used) return [this.isRequest ? `takes only ${list(agreed)} now` : `may be other than ${list(agreed)} now`];
    const strange = used.filter((value) => !agreed.some((other) => isDeepStrictEqual(value, other)));
    if (strange.length === 0) return [];
    return [this.isRequest ? `does not take ${list(strange)} any more` : `may be ${list(strange)} now`];
  }

  /** Of answers as well: clients make a time or a number of what has a format. */
  private formatChanges(old: Alternative, now: Alternative): string[] {
    const [before, after] = [old.keywords['format'], now.keywords['format']];
    if (before === after) return [];
    if (this.isRequest) return after === undefined ? [] : [`takes only the format ${text(after)} now`];
    return before === undefined ? [] : [`has not the format ${text(before)} any more`];
  }

  private takenMembers(old: Alternative, now: Alternative): Change[] {
    const gone = [...old.properties]
      .filter(([name]) => !now.properties.has(name))
      .map(([, { pointer }]) => ({ pointer, what: 'is not taken any more' }));
    const needed = [...now.required]
      .filter((name) => !old.required.has(name))
      .map((name) => ({ pointer: pointerTo(now, name), what: 'is required now' }));
    return [...gone, ...needed];
  }

  private givenMembers(old: Alternative, now: Alternative): Change[] {
    const gone = [...old.properties]
      .filter(([name]) => !now.properties.has(name))
      .map(([, { pointer }]) => ({ pointer, what: 'is gone from answers' }));
    const unsure = [...old.required]
      .filter((name) => !now.required.has(name) && (now.properties.has(name) || !old.properties.has(name)))
      .map((name) => ({ pointer: pointerTo(now, name), what: 'is not always in answers any more' }));
    return [...gone, ...unsure];
  }

  private sharedMembers(old: Alternative, now: Alternative): Change[] {
    const shared = [...old.properties].flatMap(([name, property]) => {
      const other = now.properties.get(name);
      return other ? this.compare(property, other) : [];
    });
    return [...shared, ...this.itemChanges(old, now), ...this.freeMemberChanges(old, now)];
  }

  private itemChanges(old: Alternative, now: Alternative): Change[] {
    if (!old.items && !now.items) return [];
    return this.compare(old.items ?? anything(now.items, old), now.items ?? anything(old.items, now));
  }

  /** Where nothing is said of other members, none are taken; and those of answers are nothing to rely on. */
  private freeMemberChanges(old: Alternative, now: Alternative): Change[] {
    const [before, after] = [old.additionalProperties, now.additionalProperties];
    if (!before || before.value === false) return [];
    if (after && after.value !== false) return this.compare(before, after);
    return [{ pointer: before.pointer, what: `are gone from ${this.direction}` }];
  }

  private get isRequest(): boolean {
    return this.direction === 'requests';
  }
}

const isWithin = (type: string | undefined, other: string | undefined): boolean =>
  other === undefined || type === other || (type === 'integer' && other === 'number');

/**
 * Of requests alone. What is read may become longer or larger: otherwise no limit of what is written could ever be
 * raised, as the same text is read again.
 */
function limitChanges({ keywords: old }: Alternative, { keywords: now }: Alternative): string[] {
  const isTighter = (name: string): boolean => {
    const [before = Infinity, after = Infinity] = [old[name], now[name]].map((limit) => room(name, limit));
    return after < before;
  };
  const tighter = [...UPPER, ...LOWER]
    .filter(isTighter)
    .map((name) => `has the ${name} ${text(now[name])} now, not ${text(old[name])}`);
  const isFactor = Number(old['multipleOf']) % Number(now['multipleOf']) === 0;
  const { pattern, multipleOf, uniqueItems } = now;
  return [
    ...tighter,
    // Nobody can tell whether one pattern is wider than another.
    ...(pattern !== undefined && pattern !== old['pattern'] ? [`takes only what matches ${text(pattern)} now`] : []),
    ...(multipleOf !== undefined && !isFactor ? [`takes only multiples of ${text(multipleOf)} now`] : []),
    ...(uniqueItems === true && old['uniqueItems'] !== true ? ['takes no item twice any more'] : []),
    ...(now['default'] !== undefined &&
    old['default'] !== undefined &&
    !isDeepStrictEqual(old['default'], now['default'])
      ? [`is ${text(now['default'])} where it is left out, not ${text(old['default'])}`]
      : []),
  ];
}

/** How much a limit lets through, to be compared with another one of its name. */
function room(name: string, limit: unknown): number {
  if (UPPER.includes(name)) return typeof limit === 'number' ? limit : Infinity;
  // Nothing has less than no characters, items or members.
  return typeof limit === 'number' ? -limit : /^min[A-Z]/.test(name) ? 0 : Infinity;
}

function unknownChanges({ keywords: old }: Alternative, { keywords: now }: Alternative): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(now)].filter((name) => !COMPARED.has(name)));
  return [...names]
    .filter((name) => !isDeepStrictEqual(old[name], now[name]))
    .map((name) => `has another ${name}, of which this check cannot tell what it breaks`);
}

const pointerTo = ({ properties, pointer }: Alternative, name: string): string =>
  properties.get(name)?.pointer ?? pointerBelow(`${pointer}/properties`, name);

const anything = (other: Place<Schema> | undefined, { pointer }: Alternative): Place<Schema> => ({
  document: other?.document ?? {},
  pointer: `${pointer}/items`,
  value: {},
});

const text = (value: unknown): string => JSON.stringify(value) ?? 'none';
const list = (values: unknown[]): string => values.map((value) => text(value)).join(', ');
