/** Lets so many pass in one turn of the event loop, and the others in the turns after it, in the order in which they came. */
export class Turns {
  readonly #perTurn: number;
  #left: number;
  #isScheduled = false;
  readonly #waiting: (() => void)[] = [];

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  async take(): Promise<void> {
    this.#schedule();
    if (this.#left > 0) this.#left--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (!this.#isScheduled) setImmediate(() => this.#next());
    this.#isScheduled = true;
  }

  #next(): void {
    this.#isScheduled = false;
    const passing = this.#waiting.splice(0, this.#perTurn);
    this.#left = this.#perTurn - passing.length;
    if (this.#waiting.length > 0) this.#schedule();
    for (const pass of passing) pass();
  }
}
