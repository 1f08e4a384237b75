import process from 'node:process';
import { inspect } from 'node:util';
import { dpopText, measureDpop } from './dpop.ts';
import { measureHookOverhead } from './hook-overhead.ts';
import { measureHooks } from './hooks/measure.ts';
import { hooksJson, hooksText } from './hooks/report.ts';
import { jsonLine, type Report } from './json.ts';
import type { Bench } from './leg.ts';
import { chooseGenerator } from './load/choose.ts';
import { describeMachine } from './machine.ts';
import { OptionError, parseOptions, usage } from './options.ts';
import { summarize } from './summary.ts';
import { measureTelemetry, telemetryText } from './telemetry.ts';
import { textReport } from './text.ts';
import { measureThroughput } from './throughput.ts';
import { measureWebhooks, webhooksText } from './webhooks.ts';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);
  if (options.hooks) return benchHooks(options.json);
  const generator = await chooseGenerator();
  const machine = describeMachine(generator.name);
  const bench = { options, generator, signal: interrupted, progress };
  if (options.telemetry) {
    process.stdout.write(`${machine.join('\n')}\n\n${telemetryText(await measureTelemetry(bench))}\n`);
    return;
  }
  if (options.webhooks) {
    process.stdout.write(`${machine.join('\n')}\n\n${webhooksText(await measureWebhooks(bench))}\n`);
    return;
  }
  if (options.dpop) {
    process.stdout.write(`${machine.join('\n')}\n\n${dpopText(await measureDpop(bench))}\n`);
    return;
  }
  const report = await measure(bench);
  process.stdout.write(`${machine.join('\n')}\n\n${textReport(report, options)}\n`);
  if (options.json) process.stdout.write(`${jsonLine(report)}\n`);
}

async function benchHooks(json: boolean): Promise<void> {
  const machine = describeMachine('none: one request at a time');
  const report = await measureHooks({ signal: interrupted, progress });
  process.stdout.write(`${machine.join('\n')}\n\n${hooksText(report)}\n`);
  if (json) process.stdout.write(`${hooksJson(report)}\n`);
}

async function measure(bench: Bench): Promise<Report> {
  const rs256 = await measureThroughput(bench, 'RS256');
  const overhead = await measureHookOverhead(bench, summarize(rs256).hookmint.tokensPerSecond.median);
  const es256 = await measureThroughput(bench, 'ES256');
  return { rs256, es256, overhead };
}

/** Aborted by the first Ctrl-C, so that every process is ended in order; a second one ends this process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return controller.signal;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(error: unknown): void {
  if (interrupted.aborted) exitWith(130, 'interrupted');
  else if (error instanceof OptionError) exitWith(2, `${error.message}\n\n${usage}`);
  else exitWith(1, inspect(error));
}

function exitWith(code: number, message: string): void {
  process.stderr.write(`bench: ${message.trimEnd()}\n`);
  process.exitCode = code;
}

const interrupted = interruption();
await main().catch(fail);
