import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { Clock } from '../../src/core/clock/clock.js';
import type { Settings } from '../../src/core/config/settings.js';
import { createHttpApplication } from '../../src/core/http/create-http-application.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { createOpenApiDocument } from '../../src/core/openapi/openapi-document.js';
import { serveDocs } from '../../src/core/openapi/serve-docs.js';
import { AnswerValidator } from './answer-validator.js';
import { TestClient } from './test-client.js';
import { TestDatabase } from './test-database.js';
import { testSettings } from './test-settings.js';

/** The API on a port of its own, over a database of its own. */
export class TestApi {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly url: string,
    readonly settings: Settings,
    private readonly validator: AnswerValidator,
  ) {}

  /** @param controllers further ones, as a feature would have them */
  static async start(overrides: NodeJS.ProcessEnv = {}, controllers: Type[] = []): Promise<TestApi> {
    const database = await TestDatabase.create();
    const settings = testSettings(database.url, overrides);
    const logger = new AppLogger(settings);
    const app = await createHttpApplication({ ...AppModule.forRoot(settings, logger), controllers }, settings, logger);
    serveDocs(app, settings);
    await app.listen(settings.PORT, '127.0.0.1');
    const validator = new AnswerValidator(createOpenApiDocument(app));
    return new TestApi(app, database, (await app.getUrl()).replace('[::1]', '127.0.0.1'), settings, validator);
  }

  /** A client that holds every answer against the OpenAPI document. */
  client(token?: string): TestClient {
    return new TestClient(this.url, this.validator, token);
  }

  /** Turns the clock of the API forward, by seconds. */
  travel(seconds: number): void {
    const clock = this.app.get(Clock);
    const now = clock.now.bind(clock);
    clock.now = () => new Date(now().getTime() + seconds * 1_000);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }
}
