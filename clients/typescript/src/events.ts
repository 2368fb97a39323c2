/**
 * One live event: `post.published`, `post.updated`, `post.deleted`, or `resync`, which says to read the lists anew; to the
 * account itself also `email.sent` and `session.revoked`.
 */
export interface LiveEvent {
  event: string;
  /** With which a later connection goes on behind it. */
  id: string;
  data: unknown;
}

/** What a connection tells at a time. */
export interface Told {
  /** Where to go on behind; known before there is any event. */
  id: string;
  /** Milliseconds to wait after a broken connection. */
  retry?: number;
  event?: LiveEvent;
}

/**
 * What a stream tells, as the HTML standard reads it; comments, such as heartbeats, are nothing.
 * @param silence milliseconds after which a stream that tells nothing at all is given up
 */
export async function* parseEvents(body: ReadableStream<Uint8Array>, silence: number): AsyncGenerator<Told, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let id = '';
  try {
    for (let part = await nextPart(reader, silence); !part.done; part = await nextPart(reader, silence)) {
      text += decoder.decode(part.value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = fieldsOf(block);
        id = fields['id'] ?? id;
        yield { id, ...retryOf(fields['retry']), ...eventOf(fields, id) };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A connection whose other end is gone says nothing of it: nothing comes any more. */
async function nextPart<Part>(reader: { read(): Promise<Part> }, silence: number): Promise<Part> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The stream is silent')), silence);
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } finally {
    clearTimeout(timer);
  }
}

const retryOf = (text = ''): Pick<Told, 'retry'> => (/^\d+$/.test(text) ? { retry: Number(text) } : {});

function eventOf({ event = 'message', data }: Record<string, string>, id: string): Pick<Told, 'event'> {
  return data === undefined ? {} : { event: { event, id, data: JSON.parse(data) as unknown } };
}

function fieldsOf(block: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ''] = /^([a-z]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    fields[name] = name === 'data' && fields[name] !== undefined ? `${fields[name]}\n${value}` : value;
  }
  return fields;
}
