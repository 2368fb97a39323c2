import autocannon from 'autocannon';

/** The process of the load generator: gets one job as a message, and answers with what it measured. */

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; this one ends when it is told to.
process.on('SIGINT', () => undefined);

process.once('message', async ({ url, requests, status, connections, seconds, amount }) => {
  let started = 0;
  const result = await autocannon({
    url,
    connections,
    ...(amount === undefined ? { duration: seconds } : { amount }),
    requests: requests.slice(0, 1),
    // What the bodies of some requests have in the place of what must not be there twice.
    idReplacement: requests.some(({ body }) => body?.includes('[<id>]')),
    // Each connection begins elsewhere, or all of them would ask for the same at the same time.
    setupClient: (client) => {
      const first = Math.floor((started * requests.length) / connections) % requests.length;
      started += 1;
      client.setRequests(structuredClone([...requests.slice(first), ...requests.slice(0, first)]));
    },
  });
  const answers = result.statusCodeStats[status]?.count ?? 0;
  const answered = Object.values(result.statusCodeStats).reduce((total, { count }) => total + count, 0);
  process.send({
    seconds: result.duration,
    answers,
    wrong: answered - answers,
    missing: result.errors,
    requestsPerSecond: answers / result.duration,
    latency: { p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
  });
});
