import { Conditions, escapeLike } from './conditions.js';

describe('Conditions', () => {
  it('is nothing without a condition', () => {
    expect(new Conditions().where).toBe('');
  });

  it('joins its conditions and numbers the parameters in their order', () => {
    const filter = new Conditions().add('deleted_at IS NULL');
    filter.add(`role = ${filter.bind('admin')} AND id > ${filter.bind(7)}`);
    expect(filter.where).toBe('WHERE deleted_at IS NULL AND role = $1 AND id > $2');
    expect(filter.values).toEqual(['admin', 7]);
  });

  it.each(['x', '', 0, false, null])('adds a condition for %j', (value) => {
    const filter = new Conditions();
    filter.when(value, (given) => `a = ${filter.bind(given)}`);
    expect(filter).toMatchObject({ where: 'WHERE a = $1', values: [value] });
  });

  it('adds none for what is undefined', () => {
    const filter = new Conditions();
    filter.when(undefined, () => `a = ${filter.bind('never')}`);
    expect(filter).toMatchObject({ where: '', values: [] });
  });

  it('never lets a value into the text', () => {
    const filter = new Conditions();
    filter.when("'; DROP TABLE users; --", (q) => `name LIKE ${filter.bind(q)}`);
    expect(filter.where).toBe('WHERE name LIKE $1');
  });
});

describe('escapeLike', () => {
  it.each([
    { text: 'ada', escaped: 'ada' },
    { text: '100%', escaped: '100\\%' },
    { text: 'a_b', escaped: 'a\\_b' },
    { text: 'a\\b', escaped: 'a\\\\b' },
    { text: '%_\\%', escaped: '\\%\\_\\\\\\%' },
    { text: '', escaped: '' },
  ])('makes $escaped of $text', ({ text, escaped }) => {
    expect(escapeLike(text)).toBe(escaped);
  });
});
