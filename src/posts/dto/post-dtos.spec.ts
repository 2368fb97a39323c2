import 'reflect-metadata';
import { createValidationPipe } from '../../core/errors/validation.pipe.js';
import { ListPostsQuery } from './list-posts.query.js';
import { PostPageResponse, PostResponse } from './post.response.js';
import { normaliseTag } from './tags.decorator.js';
import { PatchPostDto, WritePostDto } from './write-post.dto.js';

const pipe = createValidationPipe();
const validate = async (metatype: new () => object, value: object): Promise<unknown> =>
  pipe.transform(value, { type: 'body', metatype });

const POST = { title: 'A title', content: 'Some text' };

describe('tags', () => {
  it.each([
    { sent: [], kept: [] },
    { sent: ['Writing'], kept: ['writing'] },
    { sent: ['  how   to ', 'HOW TO', 'how-to'], kept: ['how to', 'how-to'] },
    { sent: ['c++', 'c#', 'node.js'], kept: ['c++', 'c#', 'node.js'] },
    { sent: ['zoe\u0308'], kept: ['zo\u00EB'] },
    { sent: ['日本', 'Привет', 'हिन्दी'], kept: ['日本', 'привет', 'हिन्दी'] },
    { sent: ['2026'], kept: ['2026'] },
    { sent: ['x'.repeat(50)], kept: ['x'.repeat(50)] },
    { sent: Array.from({ length: 30 }, () => 'same'), kept: ['same'] },
    {
      sent: Array.from({ length: 20 }, (_, index) => `t${index}`),
      kept: Array.from({ length: 20 }, (_, index) => `t${index}`),
    },
  ])('keeps $sent as $kept', async ({ sent, kept }) => {
    expect(await validate(WritePostDto, { ...POST, tags: sent })).toMatchObject({ tags: kept });
  });

  it.each([
    { name: 'an empty one', tags: [''] },
    { name: 'a blank one', tags: ['ok', '   '] },
    { name: 'one that is too long', tags: ['x'.repeat(51)] },
    { name: 'one too many', tags: Array.from({ length: 21 }, (_, index) => `t${index}`) },
    { name: 'HTML', tags: ['<b>'] },
    { name: 'a comma', tags: ['a,b'] },
    { name: 'a sign in front', tags: ['#news'] },
    { name: 'a line break that is not white space', tags: ['a\u0085b'] },
    { name: 'an emoji', tags: ['🎉'] },
    { name: 'a number', tags: [7] },
    { name: 'null', tags: [null] },
    { name: 'a list', tags: [['a']] },
    { name: 'a text instead of a list', tags: 'writing' },
    { name: 'an object instead of a list', tags: { 0: 'writing' } },
    { name: 'null instead of a list', tags: null },
  ])('refuses $name', async ({ tags }) => {
    await expect(validate(WritePostDto, { ...POST, tags })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: 'tags' }],
    });
  });

  it.each(['İstanbul', ' A  B ', 'ＡＢ', 'ZOE\u0308'])('has one form, which stays as it is: %s', (tag) => {
    expect(normaliseTag(normaliseTag(tag))).toBe(normaliseTag(tag));
  });
});

describe('WritePostDto', () => {
  it('keeps the content to the byte, and trims the title', async () => {
    const content = '  # Head \r\n\n text  ';
    expect(await validate(WritePostDto, { title: ' A title ', content })).toEqual({ title: 'A title', content });
  });

  it.each([
    { excerpt: null },
    { excerpt: '' },
    { slug: 'a-slug' },
    { published: true },
    { published: false },
    { title: 'x'.repeat(200) },
    { content: '' },
    { publishAt: null },
  ])('takes %j', async (fields) => {
    await expect(validate(WritePostDto, { ...POST, ...fields })).resolves.toMatchObject(fields);
  });

  it.each([
    { field: 'title', value: undefined, code: 'IS_STRING' },
    { field: 'title', value: '   ', code: 'MIN_LENGTH' },
    { field: 'title', value: 'x'.repeat(201), code: 'MAX_LENGTH' },
    { field: 'content', value: undefined, code: 'IS_STRING' },
    { field: 'content', value: null, code: 'IS_STRING' },
    { field: 'content', value: 'x'.repeat(200_001), code: 'MAX_LENGTH' },
    { field: 'excerpt', value: 'x'.repeat(501), code: 'MAX_LENGTH' },
    { field: 'slug', value: 'A Slug', code: 'MATCHES' },
    { field: 'slug', value: '', code: 'MATCHES' },
    { field: 'slug', value: 'x'.repeat(121), code: 'MAX_LENGTH' },
    { field: 'slug', value: '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55', code: 'MATCHES' },
    { field: 'slug', value: null, code: 'IS_STRING' },
    { field: 'published', value: 'true', code: 'IS_BOOLEAN' },
    { field: 'published', value: null, code: 'IS_BOOLEAN' },
    { field: 'publishAt', value: '2026-03-01', code: 'IS_DATE' },
    { field: 'publishAt', value: '2026-02-30T00:00:00Z', code: 'IS_DATE' },
    { field: 'publishAt', value: 1_772_000_000_000, code: 'IS_DATE' },
    { field: 'authorId', value: 'bob', code: 'UNKNOWN_FIELD' },
    { field: 'status', value: 'published', code: 'UNKNOWN_FIELD' },
    { field: 'version', value: 7, code: 'UNKNOWN_FIELD' },
    { field: 'publishedAt', value: '2020-01-01', code: 'UNKNOWN_FIELD' },
  ])('refuses $field=$value', async ({ field, value, code }) => {
    await expect(validate(WritePostDto, { ...POST, [field]: value })).rejects.toMatchObject({
      errors: [{ field, code }],
    });
  });
});

describe('PatchPostDto', () => {
  it('takes nothing at all', async () => {
    expect(await validate(PatchPostDto, {})).toEqual({});
  });

  it.each([{ title: null }, { content: null }, { title: ' ' }, { tags: null }])('refuses %j', async (dto) => {
    await expect(validate(PatchPostDto, dto)).rejects.toMatchObject({ status: 422 });
  });
});

describe('ListPostsQuery', () => {
  it('shows published ones where nothing else is asked for', async () => {
    expect(await validate(ListPostsQuery, {})).toEqual({ limit: 20, status: 'published' });
  });

  it.each([
    { sent: { q: ' penny press ' }, read: { q: 'penny press' } },
    { sent: { q: 'x'.repeat(200) }, read: { q: 'x'.repeat(200) } },
    { sent: { since: '2026-03-01T01:00:00+01:00' }, read: { since: new Date('2026-03-01T00:00:00Z') } },
    { sent: { sort: '-title' }, read: { sort: '-title' } },
    { sent: { status: 'trashed' }, read: { status: 'trashed' } },
    { sent: { fields: 'id,title,id' }, read: { fields: ['id', 'title'] } },
  ])('reads $sent', async ({ sent, read }) => {
    expect(await validate(ListPostsQuery, sent)).toMatchObject(read);
  });

  it('looks for tags in their one form', async () => {
    expect(await validate(ListPostsQuery, { tag: ' How  TO ' })).toMatchObject({ tag: 'how to' });
  });

  it.each([
    { field: 'status', value: 'deleted' },
    { field: 'status', value: ['draft', 'published'] },
    { field: 'tag', value: '' },
    { field: 'tag', value: ['a', 'b'] },
    { field: 'author', value: '' },
    { field: 'author', value: 'x'.repeat(51) },
    { field: 'q', value: '' },
    { field: 'q', value: ' ' },
    { field: 'q', value: ['a', 'b'] },
    { field: 'q', value: 'x'.repeat(201) },
    { field: 'since', value: 'yesterday' },
    { field: 'since', value: '2026-02-30T00:00:00Z' },
    { field: 'before', value: '2026-03-01' },
    { field: 'sort', value: 'content' },
    { field: 'fields', value: '' },
    { field: 'fields', value: 'id,authorId' },
  ])('refuses $field=$value', async ({ field, value }) => {
    await expect(validate(ListPostsQuery, { [field]: value })).rejects.toMatchObject({ errors: [{ field }] });
  });
});

describe('PostResponse', () => {
  const row = {
    id: 'post',
    authorId: 'ada',
    authorUsername: 'ada.lovelace',
    authorFullName: null,
    slug: 'a-title',
    title: 'A title',
    content: 'Some text',
    excerpt: 'Some text',
    tags: ['a'],
    status: 'draft' as const,
    publishedAt: null,
    publishAt: null,
    version: 1,
    createdAt: new Date('2026-03-01T09:30:00Z'),
    updatedAt: new Date('2026-03-01T09:30:00Z'),
  };

  it('has what the contract names, and nothing else that the row has', () => {
    const { authorId: _id, authorUsername: _username, authorFullName: _fullName, ...own } = row;
    expect(PostResponse.from({ ...row, deletedAt: null, authorEmail: 'ada@example.com' } as typeof row)).toEqual({
      ...own,
      published: false,
      author: { id: 'ada', username: 'ada.lovelace', fullName: null },
    });
  });

  it.each([
    { status: 'draft', published: false },
    { status: 'scheduled', published: false },
    { status: 'published', published: true },
  ] as const)('says that a $status one is published: $published', ({ status, published }) => {
    expect(PostResponse.from({ ...row, status }).published).toBe(published);
  });

  it('keeps the order of a page', () => {
    const page = { limit: 2, hasMore: true, nextCursor: 'x' };
    const rows = [row, { ...row, id: 'other' }];
    const { items, ...rest } = PostPageResponse.from({ rows, page, previousCursor: 'y' });
    expect(items.map(({ id }) => id)).toEqual(['post', 'other']);
    expect(rest).toEqual({ page });
  });

  it('shows the members that are asked for, and no other', () => {
    const page = { limit: 2, hasMore: false, nextCursor: null };
    const { items } = PostPageResponse.from({ rows: [row], page, previousCursor: null }, ['title', 'id']);
    expect(items).toEqual([{ id: 'post', title: 'A title' }]);
  });

  it('keeps everything in a snippet a text but the marks of the search', () => {
    const page = { limit: 2, hasMore: false, nextCursor: null };
    const rows = [{ ...row, snippet: '<mark>a</mark> \u0002penny\u0003 & <b onload="x">' }];
    const { items } = PostPageResponse.from({ rows, page, previousCursor: null }, ['id']);
    expect(items).toEqual([
      {
        id: 'post',
        snippet: '&lt;mark&gt;a&lt;/mark&gt; <mark>penny</mark> &amp; &lt;b onload=&quot;x&quot;&gt;',
      },
    ]);
  });
});
