import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

/** `npm run races`: the models and races of `npm test`, as often as wanted, with the same seed again. */

const HELP = `Runs the models and races with more runs of each than in npm test.

  npm run races -- [--runs N] [--seed N]

  --runs N   of each model and race (500)
  --seed N   decides what is done; random, and printed, where it is left out
`;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, seed: { type: 'string' }, help: { type: 'boolean' } },
});

for (const [name, value] of Object.entries(values))
  if (name !== 'help' && !/^[1-9]\d{0,8}$/.test(value)) {
    console.error(`--${name} must be a whole number from 1 to 999999999`);
    process.exit(2);
  }

if (values.help) console.log(HELP);
else {
  const env = { ...process.env, RACES_RUNS: values.runs, ...(values.seed && { RACES_SEED: values.seed }) };
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', 'test/races', '--runInBand'], {
    env,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}
