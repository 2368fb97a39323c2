import { createHttpApplication } from './core/http/create-http-application.js';
import { collectEarly } from './core/process/collect-early.js';
import { runProcess } from './core/process/run-process.js';
import { WorkerModule } from './worker.module.js';

collectEarly();

/** The worker process; its port answers probes alone. */
await runProcess({
  name: 'worker',
  build: (settings, logger) => createHttpApplication(WorkerModule.forRoot(settings, logger), settings, logger),
  port: (settings) => settings.WORKER_PORT,
});
