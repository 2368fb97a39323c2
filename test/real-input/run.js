import { parseArgs } from 'node:util';
import { publishReadmes } from './real-input.js';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:3000' },
    directory: { type: 'string', default: 'node_modules' },
  },
});

const { texts, authors, refused, published, listed, equal, mails, seconds } = await publishReadmes(values);

console.log(`${texts} texts, ${authors} authors, ${seconds} s
  refused as too long   ${refused}
  published             ${published}
  found in the list     ${listed}
  equal to the byte     ${equal}
  mails in the inbox    ${mails} of ${authors}`);

if (listed < published || equal < published || mails < authors || published + refused < texts) process.exitCode = 1;
