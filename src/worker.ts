import { createHttpApplication } from './core/http/create-http-application.js';
import { runProcess } from './core/process/run-process.js';
import { tuneHeap } from './core/process/tune-heap.js';
import { WorkerModule } from './worker.module.js';

tuneHeap();

/** The worker process; its port answers probes alone. */
await runProcess({
  name: 'worker',
  build: (settings, logger) => createHttpApplication(WorkerModule.forRoot(settings, logger), settings, logger),
  port: (settings) => settings.WORKER_PORT,
});
