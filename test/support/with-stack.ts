import { after, before } from 'node:test';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/** One stack for all tests of a file; call it at the top and use what it gives within tests. */
export function withStack(options: StackOptions = {}, prepare?: (stack: Stack) => Promise<void>): () => Stack {
  let stack: Stack | undefined;
  before(async () => {
    stack = await startStack(options);
    await prepare?.(stack);
    await stack.announceChange();
  });
  after(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error('the stack is not started yet');
    return stack;
  };
}
