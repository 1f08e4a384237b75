import { open, url, waitForDebugger } from 'node:inspector';
import { runSandbox } from '../program.ts';
import { inspectedIsolate } from './inspected-isolate.ts';

/**
 * The sandbox process of `hookmint hook run --inspect`: a realm of its own Node instead of an isolate, whose inspector isolated-vm cannot open in Node 26.
 * The one that started it ends it; while a debugger holds its thread it would not see that this is gone.
 */
await runSandbox(inspectedIsolate, ({ inspectAt }, channel) => {
  if (inspectAt === undefined) throw new Error('no port to be inspected at');
  open(inspectAt, '127.0.0.1');
  channel.send({ inspector: url() ?? null });
  if (url() !== undefined) waitForDebugger();
});
