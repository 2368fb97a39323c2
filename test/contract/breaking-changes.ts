import { operationChanges } from './operation-changes.js';
import { member, members, rootOf, type Place } from './place.js';
import type { Change } from './schema-changes.js';
import { schemeChanges } from './security-changes.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];
/** Operations that a line names, where a schema is used by many. */
const NAMED = 3;

interface Operation {
  name: string;
  path: Place;
  operation: Place;
}

/**
 * What breaks clients that were written for a document, one line each: where, what, and which operations it touches.
 * @param old the document that they know
 * @param today as `2026-03-02`: an operation may be gone once its sunset is past
 */
export function breakingChanges(old: object, now: object, today: string): string[] {
  const after = new Map(operationsOf(now).map((operation) => [operation.name, operation]));
  const touched = new Map<string, string[]>();
  const tell = ({ pointer, what }: Change, name?: string): void => {
    const line = `${pointer} ${what}`;
    touched.set(line, [...(touched.get(line) ?? []), ...(name ? [name] : [])]);
  };
  for (const change of [...serverChanges(old, now), ...schemeChanges(old, now)]) tell(change);
  for (const operation of operationsOf(old)) {
    const other = after.get(operation.name);
    const changes = other ? operationChanges(operation, other) : removal(operation.operation, today);
    for (const change of changes) tell(change, operation.name);
  }
  return [...touched].map(([line, names]) => [line, ...namesOf([...new Set(names)])].join(' '));
}

function operationsOf(document: object): Operation[] {
  return [...members(member(rootOf(document), 'paths'))].flatMap(([url, path]) =>
    METHODS.flatMap((method) => {
      const operation = member(path, method);
      return operation ? [{ name: `${method.toUpperCase()} ${url}`, path, operation }] : [];
    }),
  );
}

function removal(operation: Place, today: string): Change[] {
  const { pointer } = operation;
  const sunset = member<string>(operation, 'x-sunset')?.value;
  if (member(operation, 'deprecated')?.value !== true) return [{ pointer, what: 'is gone, and was not deprecated' }];
  if (sunset === undefined) return [{ pointer, what: 'is gone, and was deprecated without a sunset' }];
  return sunset <= today ? [] : [{ pointer, what: `is gone before its sunset, ${sunset}` }];
}

function serverChanges(old: object, now: object): Change[] {
  const [before, after] = [old, now].map((document) =>
    [...members<{ url: string }>(member(rootOf(document), 'servers')).values()].map(({ value }) => value.url),
  );
  const gone = before?.filter((url) => !after?.includes(url)) ?? [];
  return gone.map((url) => ({ pointer: '#/servers', what: `have not ${url} any more` }));
}

function namesOf(names: string[]): string[] {
  if (names.length === 0) return [];
  const rest = names.length > NAMED ? [`${names.length - NAMED} more`] : [];
  return [`(${[...names.slice(0, NAMED), ...rest].join(', ')})`];
}
