import { writeDocument } from './document.ts';
import type { Outcome } from './fault.ts';
import { groups } from './groups.ts';
import { report } from './run-fault.ts';

const HELP = `Makes every fault of test/faults under load, in its long form, and writes docs/reliability.md.
It takes about fifteen minutes; the machine should have nothing else to do.

  npm run reliability                    all of it
  npm run reliability -- --short         as long as in the tests
  npm run reliability -- --only WORD     the groups whose title has the word; the figures of the others stay

Exits with 1 when something was not as it has to be.
`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const form = args.includes('--short') ? 'short' : 'long';
  const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '').toLowerCase() : '';
  const chosen = groups.filter(({ title }) => title.toLowerCase().includes(only));
  const outcomes: Outcome[] = [];
  for (const group of chosen) {
    process.stdout.write(`\n${group.title}\n`);
    await group.run(form, (outcome) => {
      outcomes.push(outcome);
      report(outcome);
      for (const violation of outcome.violations) process.stdout.write(`  NOT AS IT HAS TO BE: ${violation}\n`);
    });
  }
  await writeDocument(groups, outcomes, form);
  process.stdout.write('\ndocs/reliability.md is written.\n');
  if (outcomes.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

await main(process.argv.slice(2));
