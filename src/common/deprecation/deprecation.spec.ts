import { Deprecation } from './deprecation.js';

const PLAN = { since: '2026-03-02', sunset: '2026-09-02', replacement: '/api/v1/posts/{id}' };

describe('Deprecation', () => {
  it('says when as the RFCs write it, from midnight UTC', () => {
    const { deprecationHeader, sunsetHeader } = new Deprecation(PLAN);
    expect(deprecationHeader).toBe('@1772409600');
    expect(sunsetHeader).toBe('Wed, 02 Sep 2026 00:00:00 GMT');
  });

  it.each([
    { replacement: '/api/v1/posts', link: '</api/v1/posts>; rel="successor-version"' },
    { replacement: '/api/v1/posts/{id}', link: '</api/v1/posts/a%3E%2F%C3%BC>; rel="successor-version"' },
    { replacement: 'https://example.com/x?a=1#b', link: '<https://example.com/x?a=1#b>; rel="successor-version"' },
  ])('leads to $replacement', ({ replacement, link }) => {
    expect(new Deprecation({ ...PLAN, replacement }).linkHeader({ id: 'a>/ü' })).toBe(link);
  });

  it.each([
    { since: '2026-02-30', says: '2026-02-30 is not a day' },
    { since: '2026-13-01', says: '2026-13-01 is not a day' },
    { since: '2026-3-2', says: '2026-3-2 is not a day' },
    { sunset: 'soon', says: 'soon is not a day' },
    { sunset: '2026-09-02T10:00:00Z', says: 'is not a day' },
    { sunset: '2026-03-02', says: 'is not after its deprecation' },
    { sunset: '2025-09-02', says: 'is not after its deprecation' },
    { replacement: '', says: 'neither a path nor a URL' },
    { replacement: 'posts', says: 'neither a path nor a URL' },
    { replacement: '//example.com/posts', says: 'neither a path nor a URL' },
    { replacement: 'javascript:alert(1)', says: 'neither a path nor a URL' },
    { replacement: '/posts>; rel="self"', says: 'neither a path nor a URL' },
    { replacement: '/posts/{id', says: 'neither a path nor a URL' },
    { replacement: '/posts\r\nx: y', says: 'neither a path nor a URL' },
  ])('refuses %j', ({ says, ...wrong }) => {
    expect(() => new Deprecation({ ...PLAN, ...wrong })).toThrow(says);
  });
});
