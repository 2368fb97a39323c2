/** What a client sends, and the answers in the place of the server's. */
export class Wire {
  readonly sent: { method: string; path: string; key: string | null }[] = [];
  /** Asked with each answer of the server; what it throws is a connection that broke. */
  instead: (request: Request, answer: Response) => Response = (_request, answer) => answer;

  readonly fetch = async (request: Request): Promise<Response> => {
    const { method, headers } = request;
    this.sent.push({ method, path: new URL(request.url).pathname, key: headers.get('idempotency-key') });
    const kept = request.clone();
    return this.instead(kept, await fetch(request));
  };

  count(path: string): number {
    return this.sent.filter((request) => request.path === path).length;
  }
}

export const refused = (status: number, retryAfter?: string): Response =>
  new Response(null, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });
