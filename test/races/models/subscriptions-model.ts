import * as fc from 'fast-check';
import type { Person } from '../../support/people.js';

const USERS = '/api/v1/users';

/** Who follows whom, as pairs of numbers. */
export type SubscriptionsModel = Set<string>;

export interface RealSubscriptions {
  people: Person[];
}

type Command = fc.AsyncCommand<SubscriptionsModel, RealSubscriptions>;

class Follow implements Command {
  constructor(
    private readonly follower: number,
    private readonly author: number,
    private readonly does: boolean,
  ) {}

  check = (): boolean => true;

  async run(model: SubscriptionsModel, { people }: RealSubscriptions): Promise<void> {
    const path = `${USERS}/${people[this.author]?.id}/subscription`;
    const client = people[this.follower]?.client;
    const answer = this.does ? await client?.put(path, undefined) : await client?.delete(path);
    expect(answer?.status).toBe(204);
    const pair = `${this.follower} ${this.author}`;
    if (this.does) model.add(pair);
    else model.delete(pair);
  }

  toString = (): string => `${this.does ? 'follow' : 'leave'}(${this.follower}, ${this.author})`;
}

class List implements Command {
  constructor(private readonly follower: number) {}

  check = (): boolean => true;

  async run(model: SubscriptionsModel, { people }: RealSubscriptions): Promise<void> {
    const { status, body } = (await people[this.follower]?.client.get(`${USERS}/me/subscriptions?count=exact`)) ?? {};
    const expected = people.filter((_, author) => model.has(`${this.follower} ${author}`)).map(({ id }) => id);
    expect(status).toBe(200);
    expect(body.items.map(({ author }: { author: { id: string } }) => author.id).sort()).toEqual(expected.sort());
    expect(body.page.total).toBe(expected.length);
  }

  toString = (): string => `list(${this.follower})`;
}

const person = fc.nat(2);

export const subscriptionCommands = [
  fc.tuple(person, person, fc.boolean()).map((parts) => new Follow(...parts)),
  person.map((follower) => new List(follower)),
];
