import { MultiBar, Presets, type SingleBar } from 'cli-progress';

/** Milliseconds between two lines where there is no terminal. */
const INTERVAL = 10_000;

/** How far a command is, on standard error: a bar on a terminal, now and then a line elsewhere. */
export class Progress {
  private bars: MultiBar | undefined;
  private bar: SingleBar | undefined;
  private label = '';
  private total = 0;
  private done = 0;
  private told = 0;

  begin(label: string, total: number): void {
    this.label = label;
    this.total = total;
    this.done = 0;
    this.told = performance.now();
    if (!process.stderr.isTTY) return;
    const options = { format: '{bar} {percentage}% {label}', hideCursor: true, stream: process.stderr };
    this.bars ??= new MultiBar(options, Presets.shades_classic);
    this.bar = this.bars.create(total, 0, { label });
  }

  advance(by: number): void {
    this.reach(this.done + by);
  }

  /** Where it is known how much is done in all. */
  reach(done: number): void {
    this.done = Math.min(done, this.total);
    if (this.bar) this.bar.update(this.done);
    else if (this.total > 0 && performance.now() - this.told > INTERVAL) {
      this.told = performance.now();
      this.say(`${this.label}: ${Math.floor((100 * this.done) / this.total)}%`);
    }
  }

  /** Passes a stream on, and advances by its bytes. */
  async *countingBytes(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      yield chunk;
      this.advance(chunk.length);
    }
  }

  /** This part is finished. */
  end(): void {
    const outcome = `${this.done.toLocaleString('en')} ${this.label}`;
    if (this.bar) this.bar.update(this.total, { label: outcome });
    else this.say(outcome);
  }

  /** A line beside the bar, not through it. */
  say(line: string): void {
    if (this.bars) this.bars.log(`${line}\n`);
    else process.stderr.write(`${line}\n`);
  }

  /** The terminal is as it was. */
  stop(): void {
    this.bars?.stop();
  }
}
