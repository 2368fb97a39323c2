import { testSettings } from '../../../test/support/test-settings.js';
import { Keyring } from '../keys/keyring.js';
import { Cursors } from './cursors.js';

const OLD = 'old-key-of-more-than-thirty-two-bytes-0123456789';
const NEW = 'new-key-of-more-than-thirty-two-bytes-0123456789';

const cursorsWith = (secrets: string): Cursors =>
  new Cursors(new Keyring(testSettings('postgres://localhost/x', { SECRET_KEY: secrets })));

describe('Cursors', () => {
  const cursors = cursorsWith(OLD);
  const values = ['2026-03-01T12:00:00.000Z', '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55'];
  const cursor = cursors.encode('posts published', values);

  it.each([[values], [['Ä "quoted" \\ \n 🗞️', 7]], [['']]])('gives back %j', (given) => {
    expect(cursors.decode('list', cursors.encode('list', given))).toEqual(given);
  });

  it('fits into a URL as it is', () => {
    expect(cursor).toMatch(/^[\w-]+\.[\w-]{22}$/);
  });

  const [payload = '', signature = ''] = cursor.split('.');
  const forged = Buffer.from(JSON.stringify(["'; DROP TABLE posts; --", 'x'])).toString('base64url');

  it.each([
    { name: 'of another list', list: 'posts draft', given: cursor },
    { name: 'with other values', given: `${forged}.${signature}` },
    { name: 'without its signature', given: payload },
    { name: 'with an empty signature', given: `${payload}.` },
    { name: 'with half of its signature', given: `${payload}.${signature.slice(0, 11)}` },
    { name: 'with more signature', given: `${payload}.${signature}AAAA` },
    { name: 'with the signature in another spelling', given: `${payload}.${signature}==` },
    { name: 'with a third part', given: `${cursor}.x` },
    { name: 'that is empty', given: '' },
    { name: 'that is a dot', given: '.' },
    { name: 'of another kind altogether', given: 'eyJhbGciOiJub25lIn0.e30.' },
  ])('refuses a cursor $name', ({ list = 'posts published', given }) => {
    expect(() => cursors.decode(list, given)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        errors: [expect.objectContaining({ field: 'cursor', code: 'INVALID_CURSOR' })],
      }),
    );
  });

  it('reads cursors of the old secret while it is among the keys, and not afterwards', () => {
    expect(cursorsWith(`${NEW},${OLD}`).decode('posts published', cursor)).toEqual(values);
    expect(() => cursorsWith(NEW).decode('posts published', cursor)).toThrow(/cursor was not made/);
  });
});
