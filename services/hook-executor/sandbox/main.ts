import { v8Isolate } from './hook-realm.ts';
import { runSandbox } from './program.ts';

await runSandbox(v8Isolate);
