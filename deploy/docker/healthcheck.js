// Exits with 0 when the process of this container is healthy. A container runs one: the API answers on PORT, a worker on
// WORKER_PORT, and what runs for a moment, such as a migration, is over before this counts.
import { env } from 'node:process';

const ports = [env.PORT || 3000, env.WORKER_PORT || 3001];
const isHealthy = async (port) => {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(3_000) });
  if (!answer.ok) throw new Error(`${port} answers ${answer.status}`);
};

await Promise.any(ports.map(isHealthy)).catch(() => {
  process.exitCode = 1;
});
