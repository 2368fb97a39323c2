import { createHttpApplication } from '../../src/core/http/create-http-application.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { EventHandlers } from '../../src/core/outbox/event-handlers.js';
import * as authEvents from '../../src/auth/auth.events.js';
import * as emailsEvents from '../../src/emails/emails.events.js';
import * as postsEvents from '../../src/posts/posts.events.js';
import * as usersEvents from '../../src/users/users.events.js';
import { WorkerModule } from '../../src/worker.module.js';
import { TestDatabase } from '../support/test-database.js';
import { testSettings } from '../support/test-settings.js';

describe('events', () => {
  it('each have a handler in the worker', async () => {
    const database = await TestDatabase.create();
    const settings = testSettings(database.url);
    const logger = new AppLogger(settings);
    const worker = await createHttpApplication(WorkerModule.forRoot(settings, logger), settings, logger);
    await worker.init();
    const types = Object.values({ ...usersEvents, ...authEvents, ...postsEvents, ...emailsEvents }).map(
      (event) => event.type,
    );
    const unheard = types.filter((type) => worker.get(EventHandlers, { strict: false }).for(type).length === 0);
    await worker.close();
    await database.drop();

    expect(types.length).toBeGreaterThan(0);
    expect(unheard).toEqual([]);
  });
});
