import { AppModule } from './app.module.js';
import { createHttpApplication } from './core/http/create-http-application.js';
import { serveDocs } from './core/openapi/serve-docs.js';
import { collectEarly } from './core/process/collect-early.js';
import { runProcess } from './core/process/run-process.js';

collectEarly();

/** The API process. */
await runProcess({
  name: 'api',
  build: async (settings, logger) => {
    const app = await createHttpApplication(AppModule.forRoot(settings, logger), settings, logger);
    serveDocs(app, settings);
    return app;
  },
  port: (settings) => settings.PORT,
  copies: (settings) => settings.WEB_CONCURRENCY,
});
