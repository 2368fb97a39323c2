import { checkPrecondition, postETag } from './post-etag.js';

const POST = { id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55', version: 3 };
const ETAG = '"01970f40-1d5e-7c21-8a34-6b0c9e7d2f55.3"';

describe('postETag', () => {
  it('is a strong tag of id and version', () => {
    expect(postETag(POST)).toBe(ETAG);
  });

  it('differs between versions and between posts', () => {
    expect(postETag({ ...POST, version: 4 })).not.toBe(ETAG);
    expect(postETag({ ...POST, id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56' })).not.toBe(ETAG);
  });
});

describe('checkPrecondition', () => {
  it.each([
    { name: 'no header', ifMatch: undefined },
    { name: 'any version', ifMatch: '*' },
    { name: 'this version', ifMatch: ETAG },
    { name: 'this version with blanks', ifMatch: `  ${ETAG} ` },
    { name: 'this version among others', ifMatch: `"other.1", ${ETAG}` },
  ])('lets $name pass', ({ ifMatch }) => {
    expect(() => checkPrecondition(ifMatch, POST)).not.toThrow();
  });

  it.each([
    { name: 'an older version', ifMatch: ETAG.replace('.3', '.2') },
    { name: 'a version that only begins alike', ifMatch: ETAG.replace('.3', '.33') },
    { name: 'the version of another post', ifMatch: '"01970f40-1d5e-7c21-8a34-6b0c9e7d2f56.3"' },
    { name: 'a weak tag, which does not count here (RFC 9110 §13.1.1)', ifMatch: `W/${ETAG}` },
    { name: 'a tag without quotes', ifMatch: ETAG.replaceAll('"', '') },
    { name: 'an empty header', ifMatch: '' },
  ])('refuses $name', ({ ifMatch }) => {
    expect(() => checkPrecondition(ifMatch, POST)).toThrow(
      expect.objectContaining({ code: 'VERSION_MISMATCH', status: 412 }),
    );
  });
});
