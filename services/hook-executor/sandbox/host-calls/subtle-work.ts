import { MAX_DERIVED_BITS, MAX_PBKDF2_ITERATIONS, MAX_RSA_BITS, MAX_WORK_MS_PER_RUN } from './subtle-limits.ts';
import { fail, type Json } from './subtle-request.ts';

// Measured on one core of 2024, and rounded up.
const OPERATION_MS = 0.5;
const DATA_MS_PER_BYTE = 5 / 1_048_576;
const PBKDF2_MS_PER_BLOCK_ITERATION = 0.000_5;
const HKDF_MS_PER_BIT = 0.000_01;
/** Of a key of {@link REFERENCE_RSA_BITS}; others take the power of their size. */
const RSA_KEY_GENERATION_MS = 100;
const RSA_KEY_GENERATION_POWER = 3.5;
const REFERENCE_RSA_BITS = 2_048;
/** Of one use of an asymmetric key whose encoding has so many characters, as that of an RSA key of 2,048 bits has. */
const KEY_PAIR_USE_MS = 1;
const KEY_PAIR_USE_POWER = 3;
const REFERENCE_KEY_LENGTH = 1_650;

const SHORTEST_HASH_BITS = 160;
const HASH_BITS: Record<string, number> = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-384': 384, 'SHA-512': 512 };
/** Of a key to be derived that says no length: as long as an HMAC's of SHA-512 is. */
const LONGEST_BLOCK_BITS = 1_024;

/** Operations of one isolate at a time: they run on the four threads that all hooks of the process share. */
const MAX_AT_A_TIME = 3;

/** The turns that the operations of one isolate take, in the order in which they were asked for. */
export class SubtleTurns {
  #free = MAX_AT_A_TIME;
  readonly #waiting: (() => void)[] = [];

  /** Whether there was one. */
  takeNow(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  async take(): Promise<void> {
    if (!this.takeNow()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** The cryptography of one run: its operations are paid for before they are begun. */
export class SubtleWork {
  readonly #turns: SubtleTurns;
  #spentMs = 0;
  #over = false;

  constructor(turns = new SubtleTurns()) {
    this.#turns = turns;
  }

  /**
   * Runs an operation with this estimate, milliseconds, when it is its turn.
   *
   * @throws {CallError} QuotaExceededError
   */
  async perform<T>(ms: number, operation: () => Promise<T>): Promise<T> {
    this.#spend(ms);
    return await this.#inTurn(this.#turns.take(), operation);
  }

  /**
   * The same for one that is begun at once if there is a turn to take: what it throws then is thrown here.
   *
   * @throws {CallError} QuotaExceededError
   */
  begin<T>(ms: number, operation: () => Promise<T>): Promise<T> {
    this.#spend(ms);
    if (!this.#turns.takeNow()) return this.#inTurn(this.#turns.take(), operation);
    let begun: Promise<T>;
    try {
      begun = operation();
    } catch (error) {
      this.#turns.pass();
      throw error;
    }
    return begun.finally(() => {
      this.#turns.pass();
    });
  }

  async #inTurn<T>(turn: Promise<void>, operation: () => Promise<T>): Promise<T> {
    await turn;
    try {
      if (this.#over) fail('AbortError', 'the run is over');
      return await operation();
    } finally {
      this.#turns.pass();
    }
  }

  /** What has not had its turn is not begun any more. */
  end(): void {
    this.#over = true;
  }

  #spend(ms: number): void {
    if (this.#spentMs + ms > MAX_WORK_MS_PER_RUN) {
      fail(
        'QuotaExceededError',
        `the cryptography of a run is limited to about ${String(MAX_WORK_MS_PER_RUN)} ms of work, which this operation would exceed`,
      );
    }
    this.#spentMs += ms;
  }
}

/**
 * What one operation takes, estimated milliseconds of one core. What is over a limit, or is not a number, counts as that limit or as
 * nothing: the operation will not be begun.
 */
export function estimatedMs(operation: string, request: Json): number {
  const given = request.algorithm;
  const name = textOf(nested(given, 'name'));
  const key = nested(request.key, 'data');
  const dataLength = [request.data, request.signature, request.jwk, key].reduce<number>(
    (sum, data) => sum + lengthOf(data),
    0,
  );
  let ms = OPERATION_MS + dataLength * DATA_MS_PER_BYTE;
  if (operation === 'generateKey' && name.startsWith('RSA')) {
    const bits = numberOf(nested(given, 'modulusLength'), MAX_RSA_BITS);
    ms += RSA_KEY_GENERATION_MS * (bits / REFERENCE_RSA_BITS) ** RSA_KEY_GENERATION_POWER;
  }
  ms += keyPairUseMs(key) + keyPairUseMs(nested(nested(nested(given, 'public'), 'key'), 'data'));
  if (operation.startsWith('derive')) {
    const bits = numberOf(request.length ?? nested(request.derived, 'length') ?? LONGEST_BLOCK_BITS, MAX_DERIVED_BITS);
    const blocks = Math.max(1, Math.ceil(bits / (HASH_BITS[textOf(nested(given, 'hash'))] ?? SHORTEST_HASH_BITS)));
    const iterations = numberOf(nested(given, 'iterations'), MAX_PBKDF2_ITERATIONS);
    ms += name === 'PBKDF2' ? iterations * blocks * PBKDF2_MS_PER_BLOCK_ITERATION : bits * HKDF_MS_PER_BIT;
  }
  return ms;
}

function keyPairUseMs(material: unknown): number {
  if (typeof material !== 'string' || material.startsWith('raw:')) return 0;
  return KEY_PAIR_USE_MS * (material.length / REFERENCE_KEY_LENGTH) ** KEY_PAIR_USE_POWER;
}

function lengthOf(data: unknown): number {
  const text = typeof data === 'string' ? data : nested(data, 'bytes');
  return typeof text === 'string' ? text.length : 0;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.toUpperCase() : '');
const numberOf = (value: unknown, maximum: number): number =>
  typeof value === 'number' && value > 0 ? Math.min(value, maximum) : 0;

function nested(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}
