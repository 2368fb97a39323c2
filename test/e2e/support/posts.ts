import type { TestClient } from '../../support/test-client.js';

export const POSTS = '/api/v1/posts';
/** The id of nothing. */
export const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

export interface WrittenPost {
  id: string;
  slug: string;
  etag: string;
  /** Where it is. */
  path: string;
}

/** @param more members of the post; a draft where they say nothing else */
export async function writePost(client: TestClient, more: object = {}): Promise<WrittenPost> {
  const answer = await client.post(POSTS, { title: 'A title', content: 'Some text', ...more });
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 201, text: expect.any(String) });
  const { id, slug } = answer.body;
  return { id, slug, etag: answer.headers.get('etag') ?? '', path: `${POSTS}/${id}` };
}

/** The titles of a list, in its order. */
export async function titlesOf(client: TestClient, query: string): Promise<string[]> {
  const answer = await client.get(`${POSTS}?limit=100&${query}`);
  expect({ query, status: answer.status }).toEqual({ query, status: 200 });
  return answer.body.items.map((item: { title: string }) => item.title);
}
