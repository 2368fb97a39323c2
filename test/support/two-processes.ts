import { freePort, Program } from './program.js';

/** An API and a worker of the build, as they are deployed, beside each other. */
export class TwoProcesses {
  private constructor(
    readonly api: Program,
    readonly worker: Program,
    readonly url: string,
    readonly workerUrl: string,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Resolves once both serve. */
  static async start(settings: NodeJS.ProcessEnv): Promise<TwoProcesses> {
    const [port, workerPort] = [await freePort(), await freePort()];
    const environment = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      WORKER_PORT: String(workerPort),
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
      LOGIN_RATE_LIMIT: '0',
      ...settings,
    };
    const api = new Program('dist/src/main.js', environment);
    const worker = new Program('dist/src/worker.js', environment);
    await Promise.all([api.says('"msg":"Started"'), worker.says('"msg":"Started"')]);
    return new TwoProcesses(api, worker, `http://127.0.0.1:${port}`, `http://127.0.0.1:${workerPort}`, environment);
  }

  async kill(): Promise<void> {
    await Promise.all([this.api.stop('SIGKILL'), this.worker.stop('SIGKILL')]);
  }
}
