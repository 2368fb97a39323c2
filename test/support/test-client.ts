import type { AnswerValidator } from './answer-validator.js';

// oxlint-disable-next-line typescript/no-explicit-any -- a test reads what the document, which every body is held against, promises
export interface Answer<Body = any> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

export interface RequestOptions {
  body?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** A body as it goes over the wire. */
  raw?: string | Uint8Array;
}

/** Sends real HTTP requests, and holds every answer against the OpenAPI document. */
export class TestClient {
  constructor(
    private readonly url: string,
    private readonly validator: Pick<AnswerValidator, 'check'>,
    private readonly token?: string,
  ) {}

  get = (path: string, options?: RequestOptions) => this.request('GET', path, options);
  post = (path: string, body?: unknown, options?: RequestOptions) => this.request('POST', path, { body, ...options });
  put = (path: string, body: unknown, options?: RequestOptions) => this.request('PUT', path, { body, ...options });
  patch = (path: string, body: unknown, options?: RequestOptions) => this.request('PATCH', path, { body, ...options });
  delete = (path: string, options?: RequestOptions) => this.request('DELETE', path, options);

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const headers = new Headers(options.headers);
    if (this.token && !headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    const body = bodyOf(options, headers);
    const response = await fetch(this.url + path, { method, headers, body, redirect: 'manual' });
    const type = response.headers.get('content-type');
    const isStream = type === 'text/event-stream';
    const text = isStream ? await beginningOf(response) : await response.text();
    const isJson = type?.includes('json') && text !== '';
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : isStream ? text : undefined,
    };
    this.validator.check(method, path, answer);
    return answer;
  }
}

/**
 * Of what has no end of its own. It goes on until the server stops: one that is broken off here is replaced by a new
 * connection on which nothing is ever asked.
 */
async function beginningOf(response: Response): Promise<string> {
  const first = await response.body?.getReader().read();
  return new TextDecoder().decode(first?.value);
}

function bodyOf(
  { body, form, raw }: RequestOptions,
  headers: Headers,
): string | Uint8Array | URLSearchParams | undefined {
  if (raw !== undefined) return raw;
  if (form) return new URLSearchParams(form);
  if (body === undefined) return undefined;
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  return JSON.stringify(body);
}
