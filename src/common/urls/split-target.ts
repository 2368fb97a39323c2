/** The path and the query of a request's target. Further question marks belong to the query (RFC 3986 §3.4). */
export function splitTarget(url: string): { path: string; query: string } {
  const end = url.indexOf('?');
  return end < 0 ? { path: url, query: '' } : { path: url.slice(0, end), query: url.slice(end + 1) };
}
