import { SMTPServer } from 'smtp-server';

/** A mail server that takes everything and counts it; tells its parent its port, the count when asked, and probes. */

let received = 0;
let to = 0;
let first;
let last;

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, { envelope }, done) {
    stream.on('data', () => undefined);
    stream.on('end', () => {
      received += 1;
      last = performance.now();
      first ??= last;
      for (const { address } of envelope.rcptTo) {
        if (address.startsWith('seed-user-')) to += 1;
        if (address.startsWith('probe-')) process.send({ arrived: address });
      }
      done();
    });
  },
});

process.on('message', (message) => {
  if (message === 'reset') {
    received = 0;
    to = 0;
    first = undefined;
  }
  process.send({ received, to, seconds: received > 1 ? (last - first) / 1_000 : 0 });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

server.listen(0, '127.0.0.1', () => process.send({ port: server.server.address().port }));
