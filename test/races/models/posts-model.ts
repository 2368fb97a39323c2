import * as fc from 'fast-check';
import type { Person } from '../../support/people.js';
import type { TestApi } from '../../support/test-api.js';
import type { Answer } from '../../support/test-client.js';
import { next, type PostAct, type PostState } from '../support/history.js';

const POSTS = '/api/v1/posts';

interface ModelPost {
  states: PostState[];
  publications: number;
}

/** What there should be, by the number of the post. */
export type PostsModel = ModelPost[];

export interface RealPosts {
  api: TestApi;
  author: Person;
  stranger: Person;
  ids: string[];
}

type Command = fc.AsyncCommand<PostsModel, RealPosts>;

const last = ({ states }: ModelPost): PostState => {
  const state = states.at(-1);
  if (!state) throw new Error('A post has at least one state');
  return state;
};

class Write implements Command {
  constructor(private readonly published: boolean) {}

  check = (): boolean => true;

  async run(model: PostsModel, { author, ids }: RealPosts): Promise<void> {
    const title = `Model ${ids.length}`;
    const answer = await author.client.post(POSTS, { title, content: '', published: this.published });
    expect(answer.status).toBe(201);
    ids.push(answer.body.id);
    const status = this.published ? 'published' : 'draft';
    model.push({ states: [{ status, isTrashed: false, title }], publications: this.published ? 1 : 0 });
  }

  toString = (): string => `write(${this.published ? 'published' : 'draft'})`;
}

/** One change, by its author or somebody who may not, on the condition that it is at some version. */
class Change implements Command {
  constructor(
    private readonly index: number,
    private readonly act: PostAct,
    private readonly isStranger: boolean,
    private readonly age: number,
  ) {}

  check = (model: PostsModel): boolean => model.length > 0;

  async run(model: PostsModel, { author, stranger, ids }: RealPosts): Promise<void> {
    const post = model[this.index % model.length];
    const id = ids[this.index % model.length] ?? '';
    if (!post) return;
    const title = `${id} ${post.states.length}`;
    const version = Math.max(1, post.states.length - this.age);
    const answer = await this.send((this.isStranger ? stranger : author).client, id, title, version);

    const before = last(post);
    const state = next(before, this.act, title);
    const isStale = this.act === 'patch if unchanged' && version !== post.states.length;
    if (this.isStranger || !state || isStale) {
      expect({ command: this.toString(), status: answer.status }).toEqual({
        command: this.toString(),
        status: this.refusal(before),
      });
      return;
    }
    expect(answer.status).toBe(this.act === 'delete' ? 204 : 200);
    post.states.push(state);
    if (state.status === 'published' && before.status === 'draft') post.publications += 1;
    if (this.act !== 'delete')
      expect(answer.body).toMatchObject({ version: post.states.length, status: state.status, title: state.title });
  }

  private refusal({ status, isTrashed }: PostState): number {
    if (isTrashed) return 404;
    if (this.isStranger) return status === 'draft' ? 404 : 403;
    return this.act === 'patch if unchanged' ? 412 : 409;
  }

  private async send(client: Person['client'], id: string, title: string, version: number): Promise<Answer> {
    if (this.act === 'delete') return client.delete(`${POSTS}/${id}`);
    if (this.act === 'patch') return client.patch(`${POSTS}/${id}`, { title });
    if (this.act === 'patch if unchanged')
      return client.patch(`${POSTS}/${id}`, { title }, { headers: { 'if-match': `"${id}.${version}"` } });
    return client.post(`${POSTS}/${id}/${this.act}`, this.act === 'publish' ? {} : undefined);
  }

  toString = (): string => `${this.isStranger ? 'stranger: ' : ''}${this.act}(${this.index}, -${this.age})`;
}

class Read implements Command {
  constructor(private readonly index: number) {}

  check = (model: PostsModel): boolean => model.length > 0;

  async run(model: PostsModel, { stranger, author, ids }: RealPosts): Promise<void> {
    const post = model[this.index % model.length];
    const path = `${POSTS}/${ids[this.index % model.length]}`;
    if (!post) return;
    const { status, isTrashed, title } = last(post);
    const [own, others] = [await author.client.get(path), await stranger.client.get(path)];
    expect(own.status).toBe(isTrashed ? 404 : 200);
    expect(others.status).toBe(isTrashed || status === 'draft' ? 404 : 200);
    if (!isTrashed) expect(own.body).toMatchObject({ title, status, version: post.states.length });
  }

  toString = (): string => `read(${this.index})`;
}

const ACTS: PostAct[] = ['patch', 'patch if unchanged', 'publish', 'unpublish', 'delete', 'restore'];

export const postCommands = [
  fc.boolean().map((published) => new Write(published)),
  fc
    .tuple(
      fc.nat(3),
      fc.constantFrom(...ACTS),
      fc.nat(5).map((chance) => chance === 0),
      fc.nat(1),
    )
    .map((parts) => new Change(...parts)),
  fc.nat(3).map((index) => new Read(index)),
];

/** What no answer shows: former versions, and what was announced. */
export async function expectKept(model: PostsModel, { api, ids }: RealPosts): Promise<void> {
  for (const [index, { states, publications }] of model.entries()) {
    const kept = await api.database.rows(
      'SELECT version, title FROM post_revisions WHERE post_id = $1 ORDER BY version',
      [ids[index]],
    );
    expect(kept).toEqual(states.slice(0, -1).map(({ title }, before) => ({ version: before + 1, title })));
    const told = await api.database.rows(
      "SELECT id FROM outbox_events WHERE type = 'PostPublished' AND payload->>'postId' = $1",
      [ids[index]],
    );
    expect(told).toHaveLength(publications);
  }
}
