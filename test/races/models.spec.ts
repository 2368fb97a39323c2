import * as fc from 'fast-check';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { expectKept, postCommands, type PostsModel, type RealPosts } from './models/posts-model.js';
import { expectTold, sessionCommands, type RealSessions, type SessionsModel } from './models/sessions-model.js';
import { subscriptionCommands, type RealSubscriptions, type SubscriptionsModel } from './models/subscriptions-model.js';
import { expectHolds, PATIENCE } from './support/runs.js';

/** Commands in any order, of which each is answered as a simple model says; what fails is made shorter. */
describe('models', () => {
  let api: TestApi;
  let count = 0;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(() => api.stop());

  const person = async (): Promise<Person> => createPerson(api, `person.${(count += 1)}`);

  it(
    'posts, their versions and what is told of them',
    async () => {
      const [author, stranger] = [await person(), await person()];
      const property = fc.asyncProperty(
        fc.commands(postCommands, { maxCommands: 40, size: '+1' }),
        async (commands) => {
          const model: PostsModel = [];
          const real: RealPosts = { api, author, stranger, ids: [] };
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await expectKept(model, real);
        },
      );
      await expectHolds(property, 8, { endOnFailure: false });
    },
    PATIENCE,
  );

  it(
    'sessions, their tokens and the grace',
    async () => {
      const property = fc.asyncProperty(
        fc.commands(sessionCommands, { maxCommands: 40, size: '+1' }),
        async (commands) => {
          const model: SessionsModel = { sessions: [], now: 0, thefts: 0 };
          // Of their own each time: an account lists all its sessions. That of the sign-up ends here.
          const owner = await person();
          await owner.client.post('/api/v1/auth/logout');
          const real: RealSessions = { api, owner, held: [] };
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await expectTold(model, real);
        },
      );
      await expectHolds(property, 8, { endOnFailure: false });
    },
    PATIENCE,
  );

  it(
    'subscriptions, which are a set',
    async () => {
      const property = fc.asyncProperty(
        fc.commands(subscriptionCommands, { maxCommands: 30, size: '+1' }),
        async (commands) => {
          const model: SubscriptionsModel = new Set();
          const real: RealSubscriptions = { people: [await person(), await person(), await person()] };
          await fc.asyncModelRun(() => ({ model, real }), commands);
        },
      );
      await expectHolds(property, 4, { endOnFailure: false });
    },
    PATIENCE,
  );
});
