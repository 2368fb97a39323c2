import { LogOutput } from '../../dist/src/core/logging/log-output.js';

// Says far more than anybody keeps, tells its parent that it lives, and ends when it is told to.
const output = new LogOutput();
for (let number = 0; number < 200_000; number += 1)
  output.write(`${JSON.stringify({ number, filler: 'x'.repeat(80) })}\n`);
setInterval(() => process.send?.('alive'), 20);
process.on('message', (message) => {
  if (message === 'end') process.exit(0);
});
