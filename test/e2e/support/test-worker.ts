import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApplication } from '../../../src/core/http/create-http-application.js';
import { AppLogger } from '../../../src/core/logging/app-logger.js';
import { EmailSweeper } from '../../../src/emails/worker/email-sweeper.js';
import { WorkerModule } from '../../../src/worker.module.js';
import type { TestApi } from '../../support/test-api.js';
import { testSettings } from '../../support/test-settings.js';

/**
 * A worker beside an API, over the same database, with its ops port. `@Transactional()` finds its connections through a
 * static of the process, so nothing over another database may run at the same time, and the worker stops first.
 */
export class TestWorker {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(api: TestApi, overrides: NodeJS.ProcessEnv = {}): Promise<TestWorker> {
    const settings = testSettings(api.database.url, overrides);
    const logger = new AppLogger(settings);
    const app = await createHttpApplication(WorkerModule.forRoot(settings, logger), settings, logger);
    await app.listen(0, '127.0.0.1');
    return new TestWorker(app, await app.getUrl());
  }

  /** Looks for overdue mails now, instead of when its timer says. */
  async sweep(): Promise<number> {
    return this.app.get(EmailSweeper).sweep();
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}
