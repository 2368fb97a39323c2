/** Undoes what was done, the last thing first: processes are stopped before what they stand on is taken away. */
export class Cleanup {
  /** @type {(() => Promise<unknown>)[]} */
  #undoings = [];
  #isOver = false;

  /** Whether it has begun: nothing is to be started any more. */
  get isOver() {
    return this.#isOver;
  }

  /**
   * Call it in the same breath as what it undoes, so that no signal comes in between.
   * @param {() => Promise<unknown>} undo
   */
  defer(undo) {
    if (!this.#isOver) {
      this.#undoings.push(undo);
      return;
    }
    void undo();
    throw new Error('It is being stopped');
  }

  /** One failure does not keep the rest from being undone. */
  async run() {
    this.#isOver = true;
    for (const undo of this.#undoings.splice(0).toReversed())
      await undo().catch((error) => process.stderr.write(`Stopping failed: ${error.message}\n`));
  }
}
