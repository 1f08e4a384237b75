import { PROGRAM_ENDING } from '../../shared/own-module.ts';
import { endProcesses } from './servers/leftover.ts';
import { SERVERS_STOP_MS, SERVICES_STOP_MS } from './stop-times.ts';

/**
 * Waits until the launcher has ended, for any reason, and ends the processes that it leaves: services do so by themselves but may wait for what does not
 * come; NATS and MongoDB do not. On standard input it is told the process ids, a line whenever they change; the input ends with the launcher.
 *   node guardian-process.ts DATA-FOLDER
 */
const MAX_TOLD_CHARACTERS = 10_000;

// They are meant for the launcher, which ends in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const [dataDir = ''] = process.argv.slice(2);
let told = '';
for await (const chunk of process.stdin) told = (told + String(chunk)).slice(-MAX_TOLD_CHARACTERS);
const lines = told.split('\n').slice(0, -1);
const pids = (lines.at(-1) ?? '').split(' ').map(Number);
// Services finish what is under way, and need the servers for it.
await endProcesses(pids, { mustMatch: ['services', `main${PROGRAM_ENDING}`], graceMs: SERVICES_STOP_MS });
await endProcesses(pids, { mustMatch: dataDir, graceMs: SERVERS_STOP_MS });
