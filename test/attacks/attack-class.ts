import { after, test } from 'node:test';

/** The attacks of one class: each a test, counted; when all are over, one line says how many were tried and how many held. */
export function attackClass(kind: string) {
  let tried = 0;
  let held = 0;
  after(() => {
    process.stdout.write(`attacks: ${kind}: ${String(tried)} tried, ${String(held)} held\n`);
  });
  /** @param options.todo What is still to be done for it to hold; until then it fails without failing the run. */
  return (name: string, body: () => Promise<void>, options: { todo?: string; skip?: string | false } = {}): void => {
    tried++;
    test(`${kind}: ${name}`, options, async () => {
      await body();
      held++;
    });
  };
}
