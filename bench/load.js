import autocannon from 'autocannon';

/** The process of the load generator: gets one job as a message, and answers with what it measured. */

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; this one ends when it is told to.
process.on('SIGINT', () => undefined);

process.once('message', async ({ url, paths, connections, seconds }) => {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ path })),
  });
  process.send({
    seconds: result.duration,
    answers: result['2xx'],
    failures: result.non2xx + result.errors,
    requestsPerSecond: result['2xx'] / result.duration,
    latency: { p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
  });
});
