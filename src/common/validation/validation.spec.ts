import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsInt, IsOptional, IsString, MinLength, validateSync } from 'class-validator';
import { PageQuery } from '../paging/page-query.dto.js';
import { MaxCharacters, MinCharacters } from './characters.decorator.js';
import { IdParam } from './id-param.dto.js';
import { IfSent } from './if-sent.decorator.js';
import { ToInteger } from './to-integer.decorator.js';
import { Trim } from './trim.decorator.js';

class Dto {
  @IsOptional()
  @IsInt()
  @ToInteger()
  count?: number;

  @IfSent()
  @MinLength(1)
  @IsString()
  @Trim()
  name?: string;
}

class Sized {
  @MaxCharacters(5)
  @MinCharacters(2)
  text: unknown;
}

const read = <T extends object>(type: new () => T, value: object): T => plainToInstance(type, value);

/** What is wrong with a value, as `field constraint`, the first fault of each field. */
const faultsOf = (type: new () => object, value: object): string[] =>
  validateSync(read(type, value), { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true }).map(
    ({ property, constraints }) => `${property} ${Object.keys(constraints ?? {}).join(' ')}`,
  );

describe('@ToInteger', () => {
  it.each([
    { text: '0', count: 0 },
    { text: '42', count: 42 },
    { text: '-7', count: -7 },
    { text: '007', count: 7 },
    { text: '999999999', count: 999_999_999 },
    { text: 5, count: 5 },
  ])('reads $text', ({ text, count }) => {
    expect(read(Dto, { count: text })).toEqual({ count });
    expect(faultsOf(Dto, { count: text })).toEqual([]);
  });

  it.each(['', ' ', ' 5', '5 ', '1e3', '0x10', '1.0', '+5', '1_000', '9999999999', 'NaN', '٣', ['5'], true, {}])(
    'leaves %j, which is no plain number, to be refused',
    (count) => {
      expect(faultsOf(Dto, { count })).toEqual(['count isInt']);
    },
  );
});

describe('@Trim', () => {
  it('cuts white space off both ends and leaves what is between', () => {
    expect(read(Dto, { name: '\u00A0 \t Ada  Lovelace \r\n' })).toEqual({ name: 'Ada  Lovelace' });
  });

  it('cuts before the length is judged', () => {
    expect(faultsOf(Dto, { name: '   ' })).toEqual(['name minLength']);
  });

  it('leaves what is no text to the validators', () => {
    expect(faultsOf(Dto, { name: 7 })).toEqual(['name isString']);
  });
});

describe('@IfSent', () => {
  it('lets a field be left out', () => {
    expect(faultsOf(Dto, {})).toEqual([]);
  });

  it('does not let null through, as a column would have to take it', () => {
    expect(faultsOf(Dto, { name: null })).toEqual(['name isString']);
  });
});

describe('@MinCharacters and @MaxCharacters', () => {
  it.each(['ab', 'abcde', '🗞🗞', '🗞🗞🗞🗞🗞', 'zoe\u0308', '\u200D\uFE0F', '  '])('take %j', (text) => {
    expect(faultsOf(Sized, { text })).toEqual([]);
  });

  it.each([
    { text: '', fault: 'text minLength' },
    { text: 'a', fault: 'text minLength' },
    { text: '🗞', fault: 'text minLength' },
    { text: 'abcdef', fault: 'text maxLength' },
    { text: '🗞🗞🗞🗞🗞🗞', fault: 'text maxLength' },
    { text: 'a\uFE0F\uFE0F\uFE0F\uFE0F\uFE0F', fault: 'text maxLength' },
    { text: 'x'.repeat(100_000), fault: 'text maxLength' },
  ])('refuse $text by $fault', ({ text, fault }) => {
    expect(faultsOf(Sized, { text })).toEqual([fault]);
  });

  it.each([7, null, undefined, ['a', 'b'], { length: 3 }])('refuse %j, which is no text', (text) => {
    expect(faultsOf(Sized, { text })).toHaveLength(1);
  });
});

describe('PageQuery', () => {
  it('has a limit of 20 where none is sent', () => {
    expect(read(PageQuery, {})).toEqual({ limit: 20 });
  });

  it.each([
    { limit: '1' },
    { limit: '100', skip: '100000' },
    { skip: '0', count: 'exact' },
    { cursor: 'x'.repeat(1_024) },
  ])('takes %j', (query) => {
    expect(faultsOf(PageQuery, query)).toEqual([]);
  });

  it.each([
    { field: 'limit', value: '0', constraint: 'min' },
    { field: 'limit', value: '101', constraint: 'max' },
    { field: 'limit', value: ['1', '2'], constraint: 'isInt' },
    { field: 'skip', value: '-1', constraint: 'min' },
    { field: 'skip', value: '100001', constraint: 'max' },
    { field: 'cursor', value: 'x'.repeat(2_049), constraint: 'maxLength' },
    { field: 'cursor', value: ['a', 'b'], constraint: 'isString' },
    { field: 'count', value: 'true', constraint: 'isIn' },
    { field: 'page', value: '2', constraint: 'whitelistValidation' },
  ])('refuses $field=$value', ({ field, value, constraint }) => {
    expect(faultsOf(PageQuery, { [field]: value })).toEqual([`${field} ${constraint}`]);
  });

  it('refuses skip together with cursor', () => {
    expect(faultsOf(PageQuery, { cursor: 'x', skip: '1' })).toEqual(['skip notTogetherWith']);
  });
});

describe('IdParam', () => {
  it('takes a UUID', () => {
    expect(faultsOf(IdParam, { id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })).toEqual([]);
  });

  it.each(['', '7', 'me', '01970f3e6c2a7b3e9c552f4f8d1f0a11', '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a1g'])(
    'refuses "%s"',
    (id) => {
      expect(faultsOf(IdParam, { id })).toEqual(['id isUuid']);
    },
  );
});
