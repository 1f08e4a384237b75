// A process that starts a sandbox process behind the strongest wall, says so, and waits for its end.
import '../attacks/quiet.ts';
import { sandboxPids } from '../attacks/sandbox.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

await startStrongestSandbox().ready;
process.stdout.write(`${JSON.stringify(sandboxPids())}\n`);
