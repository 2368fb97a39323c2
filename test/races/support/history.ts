/** What a post is between two changes. */
export interface PostState {
  status: 'draft' | 'published';
  isTrashed: boolean;
  title: string;
}

export type PostAct = 'patch' | 'patch if unchanged' | 'publish' | 'unpublish' | 'delete' | 'restore';

/** @returns the state after it, or undefined where it is refused */
export function next(state: PostState, act: PostAct, title: string): PostState | undefined {
  const { status, isTrashed } = state;
  if (act === 'restore') return isTrashed ? { ...state, isTrashed: false } : undefined;
  if (isTrashed) return undefined;
  switch (act) {
    case 'publish':
      return status === 'draft' ? { ...state, status: 'published' } : undefined;
    case 'unpublish':
      return status === 'published' ? { ...state, status: 'draft' } : undefined;
    case 'delete':
      return { ...state, isTrashed: true };
    default:
      return { ...state, title };
  }
}

/** A request that was sent at the same time as others. */
export interface Sent {
  act: PostAct;
  title: string;
  status: number;
  code?: string;
  version?: number;
}

/**
 * Puts those that were answered as done into the order that their versions tell; an answer without a version is of a
 * deletion, which takes a number that is left over.
 * @returns the states from the first version on
 * @throws Error where no order explains the answers
 */
export function explain(first: PostState, sent: Sent[]): PostState[] {
  const done = sent.filter(({ status }) => status < 300);
  const deletions = done.filter(({ version }) => version === undefined);
  const states = [first];
  for (let version = 2; version <= done.length + 1; version += 1) {
    const those = done.filter((one) => one.version === version);
    if (those.length > 1) throw new Error(`Two were told to have made version ${version}`);
    const one = those[0] ?? deletions.pop();
    const state = one && next(states.at(-1) ?? first, one.act, one.title);
    if (!state) throw new Error(`Nothing explains version ${version}: ${one?.act} after ${JSON.stringify(states)}`);
    states.push(state);
  }
  return states;
}
