import { after, before } from 'node:test';
import { hooksIn } from '../../shared/store/hooks.ts';
import { borrowStack, LENDER_VARIABLE } from './borrow-stack.ts';
import { DEFAULT_MANAGEMENT_LIMIT, startStack, type Stack, type StackOptions } from './stack.ts';

/** What several files need of a stack is lent to one after the other. */
const LENT: readonly string[] = [{}, { hasConsole: true }, { env: DEFAULT_MANAGEMENT_LIMIT }].map((kind) =>
  JSON.stringify(kind),
);
const TUTORIAL_HOOK = 'demo-tutorial';

/** Borrowed from the runner, where it lends stacks of that kind. */
async function startOrBorrow({ own, ...options }: StackOptions & { own: boolean }): Promise<Stack> {
  const { hook, ...kind } = options;
  const lender = process.env[LENDER_VARIABLE];
  const isLent = lender !== undefined && !own && typeof hook !== 'string' && LENT.includes(JSON.stringify(kind));
  if (!isLent) return startStack(options);
  const stack = await borrowStack(lender, kind);
  if (hook !== null) {
    await hooksIn(await stack.db()).enable('credentials-exchange', TUTORIAL_HOOK);
    await stack.announceChange();
  }
  return stack;
}

/**
 * One stack for all tests of a file; call it at the top and use what it gives within tests. Of a kind that several files need, it is
 * borrowed from the runner, after and before other files. `own`: not so, for tests that end its processes, look at what its first start
 * leaves or at all that it ever printed, or change what no reset brings back.
 */
export function withStack(
  { own = false, ...options }: StackOptions & { own?: boolean } = {},
  prepare?: (stack: Stack) => Promise<void>,
): () => Stack {
  let stack: Stack | undefined;
  before(async () => {
    stack = await startOrBorrow({ own, ...options });
    await prepare?.(stack);
    await stack.announceChange();
  });
  after(() => stack?.stop());
  return () => {
    if (stack === undefined) throw new Error('the stack is not started yet');
    return stack;
  };
}
