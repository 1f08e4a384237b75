import { oneToGiveUp } from './sandbox/one-to-give-up.ts';

type Kept<Value> = { value: Value; size: number; usedMs: number };

/** Values by name, within bounds of their number and of what they are in size together. */
export class KeptValues<Value> {
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #bounds: { max: number; maxSize: number };
  readonly #givenUp: (name: string) => void;
  #size = 0;

  /** @param givenUp Called with the name of each that had to make room. */
  constructor(bounds: { max: number; maxSize: number }, givenUp: (name: string) => void) {
    this.#bounds = bounds;
    this.#givenUp = givenUp;
  }

  /** Of all together. */
  get size(): number {
    return this.#size;
  }

  get(name: string): Value | undefined {
    const kept = this.#kept.get(name);
    if (kept !== undefined) kept.usedMs = performance.now();
    return kept?.value;
  }

  /** Keeps a value, also one that is larger than all may be together: then alone. */
  set(name: string, value: Value, size: number): void {
    this.delete(name);
    const { max, maxSize } = this.#bounds;
    while (this.#kept.size > 0 && (this.#kept.size >= max || this.#size + size > maxSize)) this.#makeRoom();
    this.#kept.set(name, { value, size, usedMs: performance.now() });
    this.#size += size;
  }

  /** @returns Whether it was there. */
  delete(name: string): boolean {
    this.#size -= this.#kept.get(name)?.size ?? 0;
    return this.#kept.delete(name);
  }

  #makeRoom(): void {
    const chosen = oneToGiveUp([...this.#kept], ([, { usedMs }]) => usedMs);
    if (chosen === undefined) return;
    this.delete(chosen[0]);
    this.#givenUp(chosen[0]);
  }
}
