// A real sandbox process with native code in it, which was loaded before the process gave up its rights: what a hole in V8 would be.
import { fileURLToPath } from 'node:url';
import { allowedOf, prepareAttempts } from './native-calls.ts';
import { bareAttacks, wallAttacks } from './wall-attacks.ts';

const attempt = prepareAttempts([
  ...wallAttacks({ parent: process.ppid, port: 1, ownFile: fileURLToPath(import.meta.url) }),
  ...bareAttacks(),
]);

await import('../../services/hook-executor/sandbox/main.ts');

const found = attempt();
process.stderr.write(`${JSON.stringify({ tried: Object.keys(found).length, allowed: allowedOf(found) })}\n`);
