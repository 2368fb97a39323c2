import { isUuid } from '../../common/ids/uuid.js';
import { requestId, traceparent } from './request-id.js';

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

describe('traceparent', () => {
  const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('takes a well-formed one', () => {
    expect(traceparent({ headers: { traceparent: VALID } })).toBe(VALID);
  });

  it.each([
    { name: 'none', given: undefined },
    { name: 'upper case', given: VALID.toUpperCase() },
    { name: 'a part too few', given: VALID.slice(0, -3) },
    { name: 'a part too many', given: `${VALID}-00` },
    { name: 'a trace id of zeros', given: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
    { name: 'a parent id of zeros', given: `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01` },
    { name: 'a line break', given: `${VALID}\n` },
  ])('takes nothing of $name', ({ given }) => {
    expect(traceparent({ headers: { traceparent: given } })).toBeUndefined();
  });
});
