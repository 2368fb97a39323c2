import { isUuid } from '../../common/ids/uuid.js';
import { requestId } from './request-id.js';

describe('requestId', () => {
  it.each(['a', 'req-123_4.5:6/7+8=9@x', 'x'.repeat(128)])('takes the well-formed %s', (given) => {
    expect(requestId({ headers: { 'x-request-id': given } })).toBe(given);
  });

  it.each([
    { name: 'none', given: undefined },
    { name: 'an empty one', given: '' },
    { name: 'too long a one', given: 'x'.repeat(129) },
    { name: 'a blank', given: 'two words' },
    { name: 'a line break', given: 'id\nset-cookie: a=b' },
    { name: 'a line break at the end', given: 'id\n' },
    { name: 'a quote', given: '"id"' },
    { name: 'letters beyond ASCII', given: 'ïd' },
    { name: 'several', given: ['one', 'two'] },
  ])('makes one instead of $name', ({ given }) => {
    const id = requestId({ headers: { 'x-request-id': given } });
    expect(isUuid(id)).toBe(true);
  });

  it('makes another one each time', () => {
    expect(requestId({ headers: {} })).not.toBe(requestId({ headers: {} }));
  });
});
