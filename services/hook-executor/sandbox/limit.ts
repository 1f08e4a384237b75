export type Limit = 'cpu' | 'memory' | 'wall' | 'callback';

/** A run that was ended by a limit: the CPU time it had used, where that is known. */
export class LimitError extends Error {
  readonly limit: Limit;

  constructor(limit: Limit) {
    super(`over its ${limit} limit`);
    this.limit = limit;
  }
}

/** What isolated-vm says of an entry that V8 ended. */
const MESSAGES = {
  timeout: 'Script execution timed out.',
  memoryLimit: 'Isolate was disposed during execution due to memory limit',
};

/** The limit that an error is about; `undefined` for any other error. */
export function limitOf(error: unknown): Limit | undefined {
  if (error instanceof LimitError) return error.limit;
  if (messageIs(error, MESSAGES.timeout)) return 'cpu';
  return messageIs(error, MESSAGES.memoryLimit) ? 'memory' : undefined;
}

function messageIs(error: unknown, message: string): boolean {
  return error instanceof Error && error.message === message;
}
