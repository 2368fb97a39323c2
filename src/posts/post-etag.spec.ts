import { checkPrecondition, postETag } from './post-etag.js';

const POST = {
  id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55',
  version: 3,
  authorUsername: 'ada',
  authorFullName: 'Ada Lovelace',
};
const ETAG = postETag(POST);

describe('postETag', () => {
  it('is a strong tag of id and version, and the same each time', () => {
    expect(ETAG).toMatch(/^"01970f40-1d5e-7c21-8a34-6b0c9e7d2f55\.[0-9a-f]{12}\.3"$/);
    expect(postETag({ ...POST })).toBe(ETAG);
  });

  it.each([
    { version: 4 },
    { id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56' },
    { authorUsername: 'countess' },
    { authorFullName: 'Ada King' },
    { authorFullName: null },
  ])('is another one with %p', (change) => {
    expect(postETag({ ...POST, ...change })).not.toBe(ETAG);
  });
});

describe('checkPrecondition', () => {
  it.each([
    { name: 'no header', ifMatch: undefined },
    { name: 'any version', ifMatch: '*' },
    { name: 'this version', ifMatch: ETAG },
    { name: 'this version with blanks', ifMatch: `  ${ETAG} ` },
    { name: 'this version in its other form', ifMatch: postETag(POST, 'html') },
    { name: 'this version, by an author of another name', ifMatch: postETag({ ...POST, authorFullName: null }) },
    { name: 'this version among others', ifMatch: `"other.1", ${ETAG}` },
  ])('lets $name pass', ({ ifMatch }) => {
    expect(() => checkPrecondition(ifMatch, POST)).not.toThrow();
  });

  it.each([
    { name: 'an older version', ifMatch: ETAG.replace('.3"', '.2"') },
    { name: 'a version that only begins alike', ifMatch: ETAG.replace('.3"', '.33"') },
    { name: 'the version of another post', ifMatch: postETag({ ...POST, id: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56' }) },
    { name: 'a weak tag, which does not count here (RFC 9110 §13.1.1)', ifMatch: `W/${ETAG}` },
    { name: 'a tag without quotes', ifMatch: ETAG.replaceAll('"', '') },
    { name: 'an empty header', ifMatch: '' },
  ])('refuses $name', ({ ifMatch }) => {
    expect(() => checkPrecondition(ifMatch, POST)).toThrow(
      expect.objectContaining({ code: 'VERSION_MISMATCH', status: 412 }),
    );
  });
});
