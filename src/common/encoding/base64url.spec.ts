import { fromBase64url } from './base64url.js';

describe('fromBase64url', () => {
  it.each([[], [0], [0xfb], [0xff, 0xff], [1, 2, 3], [0xfb, 0xef, 0xbe, 0x3e]])(
    'reads what was made of %j',
    (...bytes) => {
      const made = Buffer.from(bytes);
      expect(fromBase64url(made.toString('base64url'))).toEqual(made);
    },
  );

  it.each(['AB', '_-9', 'AA==', '+/-_', ' AAAA', 'AA.AA', 'A', 'AAAA\n', 'ÄÄÄÄ'])('refuses %j', (text) => {
    expect(fromBase64url(text)).toBeUndefined();
  });
});
