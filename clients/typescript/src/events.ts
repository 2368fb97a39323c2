/** One live event: `post.published`, `post.updated`, `post.deleted`, or `resync`, which says to read the lists anew. */
export interface LiveEvent {
  event: string;
  /** With which a later connection goes on behind it. */
  id: string;
  data: unknown;
}

/** The events of a stream, as the HTML standard reads it; comments, such as heartbeats, are none. */
export async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<LiveEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let id = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = fieldsOf(block);
        id = fields['id'] ?? id;
        if (fields['data'] !== undefined)
          yield { event: fields['event'] ?? 'message', id, data: JSON.parse(fields['data']) as unknown };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
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
