import { codedETag, preferredCoding, withoutCodings } from './content-coding.js';

describe('preferredCoding', () => {
  it.each([
    { accept: undefined, coding: undefined },
    { accept: '', coding: undefined },
    { accept: 'gzip, deflate, br, zstd', coding: 'br' },
    { accept: 'gzip, deflate', coding: 'gzip' },
    { accept: 'x-gzip', coding: 'gzip' },
    { accept: 'GZIP;Q=0.5', coding: 'gzip' },
    { accept: 'gzip;q=1.0, br;q=0.9', coding: 'gzip' },
    { accept: 'br ; q=0.001', coding: 'br' },
    { accept: '*', coding: 'br' },
    { accept: '*;q=0', coding: undefined },
    { accept: 'br;q=0, *', coding: 'gzip' },
    { accept: 'gzip, *;q=0', coding: 'gzip' },
    { accept: 'identity', coding: undefined },
    { accept: 'identity, gzip', coding: 'gzip' },
    { accept: 'identity;q=1, gzip;q=0.5', coding: undefined },
    { accept: 'identity;q=0.5, *;q=0.1', coding: undefined },
    { accept: 'identity;q=0, gzip', coding: 'gzip' },
    { accept: 'identity;q=0', coding: undefined },
    { accept: 'gzip;q=0, br;q=0', coding: undefined },
    { accept: 'gzip;q=0.000', coding: undefined },
    { accept: 'deflate, zstd, compress', coding: undefined },
    { accept: 'gzip;q=2', coding: undefined },
    { accept: 'gzip;q=-1, br;q=x', coding: undefined },
    { accept: 'gzip;level=9', coding: undefined },
    { accept: ', ,gzip,', coding: 'gzip' },
    { accept: 'bro, gzipped', coding: undefined },
    { accept: `${'x,'.repeat(300)}gzip`, coding: undefined },
  ])('of "$accept" is $coding', ({ accept, coding }) => {
    expect(preferredCoding(accept)).toBe(coding);
  });
});

describe('the tags of coded answers', () => {
  it('are other strong ones, and the same weak ones', () => {
    expect(codedETag('"a.1"', 'br')).toBe('"a.1+br"');
    expect(codedETag('"a.1"', 'gzip')).toBe('"a.1+gzip"');
    expect(codedETag('W/"a.1"', 'gzip')).toBe('W/"a.1"');
  });

  it('lead back to what was coded', () => {
    expect(withoutCodings('"a.1+br", "b.2" , "c.3+gzip"')).toBe('"a.1", "b.2" , "c.3"');
    expect(withoutCodings('*')).toBe('*');
    expect(withoutCodings('"a+zstd"')).toBe('"a+zstd"');
  });
});
