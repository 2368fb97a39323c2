import { traceIdOf, wellFormedTraceparent } from './traceparent.js';

describe('wellFormedTraceparent', () => {
  const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  it('takes a well-formed one', () => {
    expect(wellFormedTraceparent(VALID)).toBe(VALID);
  });

  it.each([
    { name: 'none', given: undefined },
    { name: 'upper case', given: VALID.toUpperCase() },
    { name: 'a part too few', given: VALID.slice(0, -3) },
    { name: 'a part too many', given: `${VALID}-00` },
    { name: 'a trace id of zeros', given: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
    { name: 'a parent id of zeros', given: `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01` },
    { name: 'a version that is none', given: VALID.replace(/^00/, 'ff') },
    { name: 'several', given: [VALID, VALID] },
    { name: 'a line break', given: `${VALID}\n` },
  ])('takes nothing of $name', ({ given }) => {
    expect(wellFormedTraceparent(given)).toBeUndefined();
  });
});

describe('traceIdOf', () => {
  it('finds the trace in a traceparent, and none where there is none', () => {
    expect(traceIdOf('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')).toBe(
      '4bf92f3577b34da6a3ce929d0e0e4736',
    );
    expect(traceIdOf(undefined)).toBeUndefined();
  });
});
