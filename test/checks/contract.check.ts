import { releaseVerdict } from '../contract/release-verdict.js';

describe('the contract', () => {
  it('is that of the last release, or wider', () => {
    const { isKept, text } = releaseVerdict('.', new Date().toISOString().slice(0, 10));
    process.stdout.write(`${text}\n`);
    expect(isKept ? '' : text).toBe('');
  });
});
