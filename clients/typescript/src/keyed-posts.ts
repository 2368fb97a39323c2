/* Made from openapi.json by `npm run generate`. */

export const KEYED_POSTS: ReadonlySet<string> = new Set([
  '/api/v1/users',
  '/api/v1/posts',
]);
