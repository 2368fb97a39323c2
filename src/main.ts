import { AppModule } from './app.module.js';
import { createHttpApplication } from './core/http/create-http-application.js';
import { serveDocs } from './core/openapi/serve-docs.js';
import { runProcess } from './core/process/run-process.js';
import { tuneHeap } from './core/process/tune-heap.js';

tuneHeap();

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
