// Forked in a sandbox process's place, with its rights: tries what such a process must not do, and sends what came of it.
import { execFileSync, spawn } from 'node:child_process';
import dns from 'node:dns';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { createSocket } from 'node:dgram';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import inspector from 'node:inspector';
import { ownChannel } from '../../shared/process-wall/channel.ts';
import { dropRights } from '../../services/hook-executor/sandbox/drop-rights.ts';

const ATTEMPTS: Record<string, () => unknown> = {
  'read /etc/passwd': () => readFileSync('/etc/passwd'),
  'read the environment of its parent': () => readFileSync(`/proc/${String(process.ppid)}/environ`),
  'read its own code': () => readFileSync(new URL(import.meta.url)),
  'read its own memory map': () => readFileSync('/proc/self/maps'),
  'list the root folder': () => readdirSync('/'),
  'read a sibling package': () => readFileSync(new URL('../../node_modules/zod/package.json', import.meta.url)),
  'read the executor': () => readFileSync(new URL('../../services/hook-executor/main.ts', import.meta.url)),
  'write a file': () => writeFileSync('/tmp/hookmint-attack', 'x'),
  'make a folder': () => mkdtempSync(`${tmpdir()}/hookmint-attack-`),
  'link out of its folder': () => symlinkSync('/etc/passwd', new URL('./passwd', import.meta.url)),
  'write its own code': () => writeFileSync(new URL(import.meta.url), 'x'),
  'run a program': () => execFileSync('/bin/true'),
  'spawn a shell': () => spawn('sh', ['-c', 'id']),
  'start a worker': () => new Worker('1', { eval: true }),
  'load another addon': () => {
    process.dlopen({ exports: {} }, '/usr/lib/x86_64-linux-gnu/libc.so.6');
  },
  'open an inspector': () => inspector.open(0, '127.0.0.1'),
  'connect to the bus': () => until(connect(Number(process.argv[2] ?? 4222), '127.0.0.1'), 'connect'),
  'listen on a port': () => until(createServer().listen(0, '127.0.0.1'), 'listening'),
  'send a datagram': () => {
    const socket = createSocket('udp4');
    const sent = until(socket, 'listening');
    socket.bind(0, '127.0.0.1');
    return sent;
  },
  'ask for a page': () => until(get('http://127.0.0.1:1/'), 'response'),
  'resolve a name': () => dns.promises.lookup('example.com'),
  'signal its parent group': () => process.kill(process.ppid, 'SIGWINCH'),
};

/** A refusal may also come as an error that nobody can catch. */
function until(emitter: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve).once('error', reject);
    process.once('uncaughtException', reject);
  });
}

const channel = ownChannel();
dropRights();
const refusals: Record<string, string> = {};
for (const [name, attempt] of Object.entries(ATTEMPTS)) {
  try {
    await attempt();
    refusals[name] = 'allowed';
  } catch (error) {
    refusals[name] = (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
channel.send({ ready: true });
channel.onMessage((message) => {
  for (const { id } of (message as { runs?: { id: number }[] }).runs ?? []) {
    const result = JSON.stringify({ refusals, env: process.env });
    channel.send({ outcomes: [{ id, outcome: { status: 'ok', result, cpu_ms: 0, wall_ms: 0, console: [] } }] });
  }
});
