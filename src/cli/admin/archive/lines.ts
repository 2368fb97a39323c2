/** Longer lines are refused without being read into memory, in bytes. */
const MAX_LINE = 10 * 1024 * 1024;

const LINE_END = 0x0a;

export interface Line {
  /** From 1. */
  number: number;
  bytes: Buffer;
  /** Longer than can be taken: nothing of it is kept. */
  isTooLong: boolean;
}

/** Lines of a stream with a bound on their length, which `readline` does not have. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > MAX_LINE) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const finish = (): Line => {
    number += 1;
    const line = { number, bytes: Buffer.concat(parts), isTooLong: length > MAX_LINE };
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      yield finish();
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield finish();
}
