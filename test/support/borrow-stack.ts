import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { LentStack, StackKind } from './lend-stacks.ts';
import { printedLines } from './printed-lines.ts';
import { runningStack, type Stack } from './stack.ts';

/** Set by the runner: the socket at which it lends stacks. Tests that are run without it start their own. */
export const LENDER_VARIABLE = 'HOOKMINT_TEST_STACKS';

/** Borrows a stack without a hook from the runner; `stop` gives it back. */
export async function borrowStack(path: string, kind: StackKind): Promise<Stack> {
  const socket = connect(path);
  socket.write(`${JSON.stringify(kind)}\n`);
  const closed = new Promise<null>((resolve) => socket.once('close', () => resolve(null)));
  const printed = printedLines(closed);
  const { dataDir, pid } = await new Promise<LentStack>((resolve, reject) => {
    let facts: LentStack | undefined;
    createInterface({ input: socket }).on('line', (line) => {
      if (facts !== undefined) {
        printed.add(line);
        return;
      }
      facts = JSON.parse(line) as LentStack;
      for (const earlier of facts.printed.split('\n')) printed.add(earlier);
      resolve(facts);
    });
    socket.once('error', reject);
    void closed.then(() => reject(new Error('the runner could not lend a stack')));
  });
  const end = async (): Promise<void> => {
    socket.end();
    await closed;
  };
  return runningStack({ pid, dataDir, printed, exited: closed, end });
}
