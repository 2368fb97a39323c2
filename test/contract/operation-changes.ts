import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './alternatives.js';
import { member, members, resolved, type Place } from './place.js';
import { schemaChanges, type Change, type Direction } from './schema-changes.js';
import { securityChanges } from './security-changes.js';

export interface PathAndMethod {
  /** What holds for all methods of the path. */
  path: Place;
  operation: Place;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  style?: string;
  explode?: boolean;
}

/** What breaks clients that call an operation as it was. */
export function operationChanges(old: PathAndMethod, now: PathAndMethod): Change[] {
  return [
    ...nameChanges(old.operation, now.operation),
    ...securityChanges(old.operation, now.operation),
    ...parameterChanges(old, now),
    ...bodyChanges(old.operation, now.operation),
    ...answerChanges(old.operation, now.operation),
  ];
}

function nameChanges(old: Place, now: Place): Change[] {
  const [before, after] = [old, now].map((operation) => ({
    id: member<string>(operation, 'operationId')?.value,
    sunset: member<string>(operation, 'x-sunset')?.value,
  }));
  const changes = [];
  if (before?.id !== undefined && before.id !== after?.id)
    changes.push(`has the operationId ${after?.id ?? 'no more'}, not ${before.id}: clients name functions after it`);
  if (before?.sunset !== undefined && after?.sunset !== undefined && after.sunset < before.sunset)
    changes.push(`has its sunset on ${after.sunset}, before ${before.sunset}`);
  return changes.map((what) => ({ pointer: now.pointer, what }));
}

function parameterChanges(old: PathAndMethod, now: PathAndMethod): Change[] {
  const [before, after] = [parametersOf(old), parametersOf(now)];
  const kept = [...before].flatMap(([key, parameter]) => {
    const other = after.get(key);
    return other ? sameParameter(parameter, other) : [goneParameter(parameter, [...after.values()])];
  });
  const added = [...after].filter(([key, { value }]) => !before.has(key) && value.required);
  const needed = added.map(([, { pointer, value }]) => ({ pointer, what: `${labelOf(value)} is required now` }));
  return [...kept, ...needed];
}

function parametersOf({ path, operation }: PathAndMethod): Map<string, Place<Parameter>> {
  const parameters = new Map<string, Place<Parameter>>();
  for (const level of [path, operation])
    for (const place of members<Parameter>(member(level, 'parameters')).values()) {
      const parameter = resolved(place);
      const { name, in: where } = parameter.value;
      parameters.set(`${where} ${where === 'header' ? name.toLowerCase() : name}`, parameter);
    }
  return parameters;
}

const labelOf = ({ name, in: where }: Parameter): string => `the parameter ${name} (${where})`;

function goneParameter({ pointer, value }: Place<Parameter>, all: Place<Parameter>[]): Change {
  const moved = all.find((other) => other.value.name === value.name);
  return { pointer, what: `${labelOf(value)} ${moved ? `is in the ${moved.value.in} now` : 'is not taken any more'}` };
}

function sameParameter(old: Place<Parameter>, now: Place<Parameter>): Change[] {
  const changes = [];
  if (now.value.required && !old.value.required) changes.push('is required now');
  if (!isDeepStrictEqual(writingOf(old.value), writingOf(now.value))) changes.push('is written in another way now');
  return [
    ...changes.map((what) => ({ pointer: now.pointer, what: `${labelOf(now.value)} ${what}` })),
    ...valueChanges(old, now, 'requests'),
  ];
}

/** The styles that OpenAPI has where nothing is said. */
function writingOf({
  in: where,
  style = where === 'query' || where === 'cookie' ? 'form' : 'simple',
  explode,
}: Parameter) {
  return { style, explode: explode ?? style === 'form' };
}

function bodyChanges(old: Place, now: Place): Change[] {
  const [before, after] = [old, now].map((operation) => {
    const body = member<{ required?: boolean }>(operation, 'requestBody');
    return body && resolved(body);
  });
  if (before && !after) return [{ pointer: before.pointer, what: 'is not taken any more' }];
  if (!after) return [];
  const isNeeded = after.value.required && !before?.value.required;
  return [
    ...(isNeeded ? [{ pointer: after.pointer, what: 'is required now' }] : []),
    ...(before ? contentChanges(before, after, 'requests') : []),
  ];
}

/** To be refused no more for want of rights is what every client can bear. */
const REFUSALS = new Set(['401', '403']);

function answerChanges(old: Place, now: Place): Change[] {
  const after = members(member(now, 'responses'));
  return [...members(member(old, 'responses'))].flatMap(([status, place]) => {
    const [response, other] = [resolved(place), after.get(status)];
    if (other) return oneAnswerChanges(response, resolved(other));
    return REFUSALS.has(status) ? [] : [{ pointer: place.pointer, what: 'is not among the answers any more' }];
  });
}

function oneAnswerChanges(old: Place, now: Place): Change[] {
  const after = headersOf(now);
  const headers = [...headersOf(old)].flatMap(([name, header]) => {
    const other = after.get(name);
    return other ? sameHeader(header, other) : [{ pointer: header.pointer, what: 'is gone from answers' }];
  });
  return [...headers, ...contentChanges(old, now, 'answers')];
}

interface Header {
  required?: boolean;
}

function headersOf(response: Place): Map<string, Place<Header>> {
  const headers = new Map<string, Place<Header>>();
  for (const [name, place] of members<Header>(member(response, 'headers')))
    headers.set(name.toLowerCase(), resolved(place));
  return headers;
}

function sameHeader(old: Place<Header>, now: Place<Header>): Change[] {
  const changes = valueChanges(old, now, 'answers');
  if (old.value.required && !now.value.required)
    changes.push({ pointer: now.pointer, what: 'is not always in answers any more' });
  return changes;
}

/** A parameter or header has either a schema or a media type. */
function valueChanges(old: Place, now: Place, direction: Direction): Change[] {
  return [...mediaChanges(old, now, direction), ...contentChanges(old, now, direction)];
}

function contentChanges(old: Place, now: Place, direction: Direction): Change[] {
  const after = members(member(now, 'content'));
  return [...members(member(old, 'content'))].flatMap(([type, media]) => {
    const other = after.get(type);
    return other
      ? mediaChanges(media, other, direction)
      : [{ pointer: media.pointer, what: `is gone from ${direction}` }];
  });
}

function mediaChanges(old: Place, now: Place, direction: Direction): Change[] {
  const [before, after] = [old, now].map((place) => member<Schema>(place, 'schema'));
  if (!before && !after) return [];
  const anything = { document: now.document, pointer: `${now.pointer}/schema`, value: true };
  return schemaChanges(before ?? anything, after ?? anything, direction);
}
