import type { Schema } from './alternatives.js';
import { member, rootOf, type Place } from './place.js';
import { schemaChanges, type Direction } from './schema-changes.js';

type Schemas = Record<string, unknown>;

function changesOf(old: Place<Schema> | undefined, now: Place<Schema> | undefined, direction: Direction): string[] {
  if (!old || !now) throw new Error('There is no schema to compare');
  return [...new Set(schemaChanges(old, now, direction).map(({ pointer, what }) => `${pointer} ${what}`))];
}

/** What breaks where the schema is the whole document. */
const changes = (old: object, now: object, direction: Direction): string[] =>
  changesOf(rootOf(old) as Place<Schema>, rootOf(now) as Place<Schema>, direction);

const copyOf = (schema: object): object => JSON.parse(JSON.stringify(schema)) as object;
const object = (properties: Schemas, ...required: string[]) => ({ type: 'object', properties, required });
const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const oneOf = (...values: unknown[]) => ({ type: 'string', enum: values });

interface Rule {
  name: string;
  old: object;
  now: object;
  /** What is told of it where clients write it, and where they read it. */
  requests?: string[];
  answers?: string[];
}

const RULES: Rule[] = [
  {
    name: 'a property is gone',
    old: object({ a: text, b: text }),
    now: object({ a: text }),
    requests: ['#/properties/b is not taken any more'],
    answers: ['#/properties/b is gone from answers'],
  },
  { name: 'a property is added that may be left out', old: object({ a: text }), now: object({ a: text, b: text }) },
  {
    name: 'a property is added that may not be left out',
    old: object({ a: text }),
    now: object({ a: text, b: text }, 'b'),
    requests: ['#/properties/b is required now'],
  },
  {
    name: 'a property may not be left out any more',
    old: object({ a: text }),
    now: object({ a: text }, 'a'),
    requests: ['#/properties/a is required now'],
  },
  {
    name: 'a property may be left out',
    old: object({ a: text }, 'a'),
    now: object({ a: text }),
    answers: ['#/properties/a is not always in answers any more'],
  },
  {
    name: 'a property that always was there is gone',
    old: object({ 'a/b': text }, 'a/b'),
    now: object({}),
    requests: ['#/properties/a~1b is not taken any more'],
    answers: ['#/properties/a~1b is gone from answers'],
  },
  {
    name: 'null is possible',
    old: text,
    now: { type: ['string', 'null'] },
    answers: ['# may be null now'],
  },
  {
    name: 'null is possible no more',
    old: { type: ['string', 'null'] },
    now: text,
    requests: ['# does not take null any more'],
  },
  {
    name: 'null is possible, as OpenAPI 3.0 writes it',
    old: text,
    now: { type: 'string', nullable: true },
    answers: ['# may be null now'],
  },
  {
    name: 'null is written in another way',
    old: { type: ['string', 'null'] },
    now: { anyOf: [text, { type: 'null' }] },
  },
  {
    name: 'null is possible beside a list of values',
    old: oneOf('a'),
    now: { type: ['string', 'null'], enum: ['a', null] },
    answers: ['# may be null now'],
  },
  {
    name: 'the type is another one',
    old: text,
    now: { type: 'boolean' },
    requests: ['# does not take string any more'],
    answers: ['# may be boolean now'],
  },
  {
    name: 'whole numbers become any',
    old: { type: 'integer' },
    now: { type: 'number' },
    answers: ['# may be number now'],
  },
  {
    name: 'any number becomes a whole one',
    old: { type: 'number' },
    now: { type: 'integer' },
    requests: ['# does not take number any more'],
  },
  { name: 'the type is told no more', old: text, now: {}, answers: ['# may be anything now'] },
  { name: 'the type is told', old: {}, now: text, requests: ['# takes only string now'] },
  { name: 'a value is added', old: oneOf('a'), now: oneOf('a', 'b'), answers: ['# may be "b" now'] },
  { name: 'a value is gone', old: oneOf('a', 'b'), now: oneOf('a'), requests: ['# does not take "b" any more'] },
  { name: 'values are told', old: text, now: oneOf('a', 'b'), requests: ['# takes only "a", "b" now'] },
  { name: 'values are told no more', old: oneOf('a', 'b'), now: text, answers: ['# may be other than "a", "b" now'] },
  { name: 'values are told in another order', old: oneOf('a', 'b'), now: oneOf('b', 'a') },
  {
    name: 'the only value is another one',
    old: { const: 1 },
    now: { const: 2 },
    requests: ['# does not take 1 any more'],
    answers: ['# may be 2 now'],
  },
  { name: 'a format is told', old: text, now: time, requests: ['# takes only the format "date-time" now'] },
  { name: 'a format is told no more', old: time, now: text, answers: ['# has not the format "date-time" any more'] },
  {
    name: 'the format is another one',
    old: time,
    now: { type: 'string', format: 'date' },
    requests: ['# takes only the format "date" now'],
    answers: ['# has not the format "date-time" any more'],
  },
  ...[
    { name: 'maxLength', tight: 100, wide: 200 },
    { name: 'maxItems', tight: 1, wide: 2 },
    { name: 'maximum', tight: -2, wide: -1 },
    { name: 'minimum', tight: 1, wide: 0 },
    { name: 'minLength', tight: 2, wide: 1 },
    { name: 'exclusiveMinimum', tight: 0, wide: -1 },
  ].flatMap(({ name, tight, wide }) => [
    {
      name: `${name} is tighter`,
      old: { [name]: wide },
      now: { [name]: tight },
      requests: [`# has the ${name} ${tight} now, not ${wide}`],
    },
    { name: `${name} is wider`, old: { [name]: tight }, now: { [name]: wide } },
    {
      name: `${name} is told`,
      old: {},
      now: { [name]: tight },
      requests: [`# has the ${name} ${tight} now, not none`],
    },
    { name: `${name} is gone`, old: { [name]: tight }, now: {} },
  ]),
  { name: 'a least length that none falls short of is told', old: text, now: { type: 'string', minLength: 0 } },
  {
    name: 'a pattern is told',
    old: text,
    now: { type: 'string', pattern: 'a' },
    requests: ['# takes only what matches "a" now'],
  },
  {
    name: 'the pattern is another one',
    old: { pattern: 'b' },
    now: { pattern: 'a' },
    requests: ['# takes only what matches "a" now'],
  },
  { name: 'a pattern is gone', old: { pattern: 'a' }, now: {} },
  {
    name: 'steps are coarser',
    old: { multipleOf: 2 },
    now: { multipleOf: 4 },
    requests: ['# takes only multiples of 4 now'],
  },
  { name: 'steps are told', old: {}, now: { multipleOf: 4 }, requests: ['# takes only multiples of 4 now'] },
  { name: 'steps are finer', old: { multipleOf: 4 }, now: { multipleOf: 2 } },
  { name: 'items must differ', old: {}, now: { uniqueItems: true }, requests: ['# takes no item twice any more'] },
  { name: 'items need not differ', old: { uniqueItems: true }, now: {} },
  {
    name: 'the default is another one',
    old: { default: 20 },
    now: { default: 50 },
    requests: ['# is 50 where it is left out, not 20'],
  },
  { name: 'the default is told', old: {}, now: { default: 50 } },
  {
    name: 'items change',
    old: { type: 'array', items: oneOf('a') },
    now: { type: 'array', items: oneOf('a', 'b') },
    answers: ['#/items may be "b" now'],
  },
  {
    name: 'items are told',
    old: { type: 'array' },
    now: { type: 'array', items: text },
    requests: ['#/items takes only string now'],
  },
  {
    name: 'items are told no more',
    old: { type: 'array', items: text },
    now: { type: 'array' },
    answers: ['#/items may be anything now'],
  },
  {
    name: 'other members are taken no more',
    old: { type: 'object', additionalProperties: text },
    now: { type: 'object', additionalProperties: false },
    requests: ['#/additionalProperties are gone from requests'],
    answers: ['#/additionalProperties are gone from answers'],
  },
  {
    name: 'other members change',
    old: { type: 'object', additionalProperties: { type: 'integer' } },
    now: { type: 'object', additionalProperties: { type: ['integer', 'null'] } },
    answers: ['#/additionalProperties may be null now'],
  },
  {
    name: 'it is said that there are no other members',
    old: object({ a: text }),
    now: { ...object({ a: text }), additionalProperties: false },
  },
  {
    name: 'an alternative is added',
    old: { anyOf: [text] },
    now: { oneOf: [text, { type: 'array' }] },
    answers: ['# may be array now'],
  },
  {
    name: 'an alternative is gone',
    old: { oneOf: [text, { type: 'array' }] },
    now: { anyOf: [text] },
    requests: ['# does not take array any more'],
  },
  {
    name: 'an alternative among like ones is gone',
    old: { anyOf: [object({ a: text }, 'a'), object({ b: text }, 'b'), object({ c: text }, 'c')] },
    now: { anyOf: [object({ a: text }, 'a'), object({ b: text }, 'b')] },
    requests: ['# does not take every kind of object any more'],
  },
  {
    name: 'an alternative is added to like ones',
    old: { anyOf: [object({ a: text }, 'a'), object({ b: text }, 'b')] },
    now: { anyOf: [object({ a: text }, 'a'), object({ b: text }, 'b'), object({ c: text }, 'c')] },
    answers: ['# may be another object now'],
  },
  {
    name: 'a part is taken apart',
    old: object({ a: text, b: time }, 'a', 'b'),
    now: { allOf: [object({ a: text }, 'a'), object({ b: time })], required: ['b'] },
  },
  {
    name: 'a part changes',
    old: { allOf: [object({ a: text }, 'a'), object({ b: text })] },
    now: { allOf: [object({ a: text }), object({ b: text }, 'b')] },
    requests: ['#/allOf/1/properties/b is required now'],
    answers: ['#/allOf/0/properties/a is not always in answers any more'],
  },
  {
    name: 'two parts speak of one property',
    old: object({ a: { type: 'string', maxLength: 5 } }),
    now: { allOf: [object({ a: text }), object({ a: { maxLength: 5, format: 'uri' } })] },
    requests: ['#/allOf/0/properties/a takes only the format "uri" now'],
  },
  {
    name: 'what only people read changes',
    old: { ...text, title: 'a', description: 'a', example: 'a', 'x-a': 1 },
    now: { ...text, description: 'b', examples: ['b'], deprecated: true },
  },
  {
    name: 'something changes that cannot be compared',
    old: {},
    now: { not: { type: 'string' } },
    requests: ['# has another not, of which this check cannot tell what it breaks'],
    answers: ['# has another not, of which this check cannot tell what it breaks'],
  },
  {
    name: 'no item is possible',
    old: { type: 'array', items: text },
    now: { type: 'array', items: false },
    requests: ['#/items takes nothing now'],
  },
];

describe.each(['requests', 'answers'] as const)('in %s', (direction) => {
  it.each(RULES)('tells what breaks when $name', (rule) => {
    expect(changes(rule.old, rule.now, direction)).toEqual(rule[direction] ?? []);
  });

  it.each(RULES)('has nothing against what stays as it is: $name', ({ old, now }) => {
    expect(changes(old, copyOf(old), direction)).toEqual([]);
    expect(changes(now, copyOf(now), direction)).toEqual([]);
  });
});

const told = (old: object, now: object, direction: Direction) =>
  changesOf(member<Schema>(rootOf(old), 'schema'), member<Schema>(rootOf(now), 'schema'), direction);
const withPerson = (schema: object, Person: object) => ({ schema, components: { schemas: { Person } } });

describe('references', () => {
  const PERSON = { $ref: '#/components/schemas/Person' };
  const person = (name: object) => object({ name, friends: { type: 'array', items: PERSON } }, 'name');

  it('are followed, and a schema that has itself is gone through once', () => {
    const [old, now] = [withPerson(PERSON, person(text)), withPerson(PERSON, person({ type: ['string', 'null'] }))];
    expect(told(old, copyOf(old), 'answers')).toEqual([]);
    expect(told(old, now, 'answers')).toEqual(['#/components/schemas/Person/properties/name may be null now']);
    expect(told(old, now, 'requests')).toEqual([]);
  });

  it('may be replaced by what they lead to', () => {
    const old = withPerson(PERSON, person(text));
    for (const schema of [person(text), { allOf: [PERSON] }, { description: 'Who', ...PERSON }])
      for (const direction of ['requests', 'answers'] as const) {
        expect(told(old, withPerson(schema, person(text)), direction)).toEqual([]);
        expect(told(withPerson(schema, person(text)), old, direction)).toEqual([]);
      }
  });

  it('may have something beside them', () => {
    const now = withPerson({ ...PERSON, required: ['friends'] }, person(text));
    expect(told(withPerson(PERSON, person(text)), now, 'requests')).toEqual([
      '#/components/schemas/Person/properties/friends is required now',
    ]);
  });

  it.each([
    { name: 'lead nowhere', schema: { $ref: '#/components/schemas/Nobody' }, says: 'leads nowhere' },
    { name: 'lead elsewhere', schema: { $ref: 'other.json#/a' }, says: 'leads nowhere' },
    { name: 'consist of themselves', schema: { allOf: [{ $ref: '#' }] }, says: 'consists of itself' },
    { name: 'say two things at once', schema: { pattern: 'a', allOf: [{ pattern: 'b' }] }, says: 'have pattern twice' },
  ])('are refused that $name', ({ schema, says }) => {
    expect(() => changes(schema, schema, 'answers')).toThrow(says);
  });
});
