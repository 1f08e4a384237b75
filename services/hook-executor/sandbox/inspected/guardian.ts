/**
 * Waits until the process that started it has ended, for any reason, and ends the one that a debugger looks into. Standard input ends with the first.
 *   node guardian.ts PID
 */
const pid = Number(process.argv[2]);

// They are meant for the one that started it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.stdin.resume().once('close', () => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
});
