import { after, before } from 'node:test';
import { borrowStack, LENDER_VARIABLE } from './borrow-stack.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/**
 * One stack for all tests of a file; call it at the top and use what it gives within tests. Without a hook and further options it is
 * borrowed from the runner, after and before other files. `own`: not so, for tests that end its processes, look at what its first start
 * leaves, or change what no reset brings back.
 */
export function withStack(
  { own = false, ...options }: StackOptions & { own?: boolean } = {},
  prepare?: (stack: Stack) => Promise<void>,
): () => Stack {
  let stack: Stack | undefined;
  before(async () => {
    const lender = process.env[LENDER_VARIABLE];
    const isOrdinary = !own && options.hook === null && Object.keys(options).length === 1;
    stack = lender !== undefined && isOrdinary ? await borrowStack(lender) : await startStack(options);
    await prepare?.(stack);
    await stack.announceChange();
  });
  after(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error('the stack is not started yet');
    return stack;
  };
}
