import { parseArgs } from 'node:util';
import { messageOf } from '../../shared/errors.ts';
import { describeMachine } from '../bench/machine.ts';
import { hostile } from './hostile.ts';
import { problemsOf, soak, tableOf } from './soak.ts';

/** `npm run soak`: hours of mixed load; exit code 1 when anything is lost or goes on growing. */
const HELP = `Runs the whole of hookmint under a mix of load for a long time, and tells whether anything goes on growing (Linux only).

  npm run soak [-- OPTION ...]

  --minutes N   under load (default 120)
  --rate N      token requests a second (default 40), beside all else of the mix
  --hostile     instead of the mix: authors, packages and strangers who try all they can, while a client asks for tokens
                (default 60 minutes, 20 a second)
  --help        this text

Ctrl-C ends it early and judges what was measured by then.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      rate: { type: 'string' },
      hostile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = (line: string): void => void process.stderr.write(`soak: ${line}\n`);
  const minutes = numberOf('--minutes', values.minutes ?? (values.hostile ? '60' : '120'), 1, 10_080);
  const ratePerSecond = numberOf('--rate', values.rate ?? (values.hostile ? '20' : '40'), 1, 10_000);
  const options = { ratePerSecond, progress, stop: stop.signal };
  if (values.hostile) {
    const result = await hostile({ ...options, totalMs: minutes * 60_000 });
    const { missed, late, unexpected, over } = result;
    const holds = late + Object.keys(missed).length + Object.keys(unexpected).length + over.length === 0;
    process.stdout.write(
      `${describeMachine('of the soak itself').join('\n')}\n\n${JSON.stringify(result, null, 2)}\n\n`,
    );
    process.stdout.write(holds ? 'held\n' : 'DID NOT HOLD\n');
    process.exitCode = holds ? 0 : 1;
    return;
  }
  const result = await soak({ ...options, length: { ms: minutes * 60_000 } });
  const { verdicts, tally, isolates, measuredMs } = result;
  process.stdout.write(`${describeMachine('of the soak itself').join('\n')}\n\n`);
  process.stdout.write(
    `measured for ${(measuredMs / 60_000).toFixed(1)} min\n${JSON.stringify(tally)}\n${String(isolates)} isolates shaped tokens\n\n${tableOf(verdicts)}\n`,
  );
  const problems = problemsOf(result);
  process.stdout.write(problems.length === 0 ? '\nsound\n' : `\nNOT SOUND\n${problems.join('\n')}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max) {
    throw new Error(`${option} must be a number from ${String(min)} to ${String(max)}, not "${text}"`);
  }
  return value;
}

await main().catch((error: unknown) => {
  process.stderr.write(`soak: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
