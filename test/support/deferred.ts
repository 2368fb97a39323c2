/** A promise that the test settles. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  const parts = {} as { resolve: () => void };
  const promise = new Promise<void>((resolve) => Object.assign(parts, { resolve }));
  return { promise, resolve: () => parts.resolve() };
}
