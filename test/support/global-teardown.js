import { rm } from 'node:fs/promises';

export default async function globalTeardown() {
  const { testServer } = globalThis;
  if (!testServer) return;
  await testServer.server.stop();
  await rm(testServer.directory, { recursive: true, force: true });
}
