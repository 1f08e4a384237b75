/** Requests in a row that an endpoint left without an answer; one more finds the circuit open. */
const FAILURES_TO_OPEN = 10;
/** From the last of them until one request is let through to see whether it answers again. */
const OPEN_MS = 5_000;

/**
 * Keeps requests from an endpoint that gives no answers, so that neither tokens nor places wait for it. After a while one request is let
 * through: what becomes of it closes the circuit, or keeps it open as long again.
 */
export class CircuitBreaker {
  #failures = 0;
  /** On the clock of `performance`. */
  #openUntilMs = 0;
  #isTried = false;
  readonly #onChange: (state: 'open' | 'closed') => void;
  readonly #now: () => number;

  constructor(onChange: (state: 'open' | 'closed') => void, now = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Whether a request may be made; each one that may is told with `succeeded`, `failed` or `gaveUp`. */
  admits(): boolean {
    if (this.#failures < FAILURES_TO_OPEN) return true;
    if (this.#isTried || this.#now() < this.#openUntilMs) return false;
    this.#isTried = true;
    return true;
  }

  succeeded(): void {
    const wasOpen = this.#failures >= FAILURES_TO_OPEN;
    this.#failures = 0;
    this.#isTried = false;
    if (wasOpen) this.#onChange('closed');
  }

  failed(): void {
    this.#failures++;
    this.#isTried = false;
    if (this.#failures < FAILURES_TO_OPEN) return;
    this.#openUntilMs = this.#now() + OPEN_MS;
    if (this.#failures === FAILURES_TO_OPEN) this.#onChange('open');
  }

  /** It was not the endpoint that ended the request. */
  gaveUp(): void {
    this.#isTried = false;
  }
}
