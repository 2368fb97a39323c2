import { isDeepStrictEqual } from 'node:util';
import { member, members, rootOf, type Place } from './place.js';
import type { Change } from './schema-changes.js';

/** A way to be let in: every scheme of it, with the scopes that it asks for. None of them, where anybody is let in. */
type Way = Record<string, string[]>;

/** Whoever was let in still has to be, by the same means. */
export function securityChanges(old: Place, now: Place): Change[] {
  const after = waysOf(now);
  return waysOf(old)
    .filter((way) => !after.some((other) => asksNoMore(other, way)))
    .map((way) => ({ pointer: now.pointer, what: `does not let in ${describe(way)} any more` }));
}

function waysOf(operation: Place): Way[] {
  const ways = member<Way[]>(operation, 'security') ?? member<Way[]>(rootOf(operation.document), 'security');
  return ways && ways.value.length > 0 ? ways.value : [{}];
}

const asksNoMore = (way: Way, than: Way): boolean =>
  Object.entries(way).every(
    ([scheme, scopes]) => scopes.every((scope) => than[scheme]?.includes(scope)) && scheme in than,
  );

const describe = (way: Way): string =>
  Object.keys(way).length === 0 ? 'everybody' : `who comes with ${JSON.stringify(way)}`;

/** What breaks clients that use a scheme as it was. */
export function schemeChanges(old: object, now: object): Change[] {
  const after = schemesOf(now);
  return [...schemesOf(old)].flatMap(([name, { pointer, value }]) => {
    const other = after.get(name);
    if (!other) return [{ pointer, what: 'is gone' }];
    const flows = Object.keys(value.flows ?? {});
    const isSame = isDeepStrictEqual(meansOf(value, flows), meansOf(other.value, flows));
    return isSame ? [] : [{ pointer: other.pointer, what: 'is used in another way now' }];
  });
}

interface Scheme {
  type?: string;
  scheme?: string;
  in?: string;
  name?: string;
  openIdConnectUrl?: string;
  flows?: Record<string, { authorizationUrl?: string; tokenUrl?: string }>;
}

const schemesOf = (document: object): Map<string, Place<Scheme>> => {
  const components = member(rootOf(document), 'components');
  return members(components && member(components, 'securitySchemes'));
};

/** Without descriptions, and scopes, which operations ask for by themselves. @param names of the flows that are used */
function meansOf({ type, scheme, in: where, name, openIdConnectUrl, flows = {} }: Scheme, names: string[]): unknown[] {
  const urls = names.map((flow) => [flows[flow]?.authorizationUrl, flows[flow]?.tokenUrl, flow in flows]);
  return [type, scheme, where, name, openIdConnectUrl, urls];
}
