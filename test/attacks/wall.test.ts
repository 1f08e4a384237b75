import '../support/from-sources.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { dlopen } from 'node:ffi';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sealedRules } from '../../shared/process-wall/sealed-rules.ts';
import { processor, syscallNumber } from '../../shared/process-wall/syscalls.ts';
import { chooseWall, NO_WALL, type Wall } from '../../shared/process-wall/wall.ts';
import { allowedOf, type Attempt, type Found } from './native-calls.ts';
import { bareAttacks, STRAY_DESCRIPTOR, wallAttacks } from './wall-attacks.ts';
import type { Task } from './wall-probe.ts';

// What native code can do in a sandbox process's place, behind each wall that this machine can have, and behind none.

const PROBE = fileURLToPath(new URL('./wall-probe.ts', import.meta.url));
const OWN_FOLDER = fileURLToPath(new URL('./', import.meta.url));
const PARENT = process.pid;

/** Not closed by what starts other programs, as whoever started the executor may have left one. */
dlopen(null, { dup2: { arguments: ['i32', 'i32'], return: 'i32' } }).functions.dup2(1, STRAY_DESCRIPTOR);

const walls: Wall[] = [];
const strongest = await chooseWall('auto');
if (strongest.name !== 'none') walls.push(strongest);
if (strongest.name === 'bubblewrap') walls.push(await chooseWall('auto', { bubblewrap: false }));
if (strongest.name !== 'bubblewrap') {
  process.stdout.write(`walls that do not stand here, and are not tested: ${strongest.reasons.join('; ')}\n`);
}

let tried = 0;
let held = 0;
let port = 0;
const server = createServer((socket) => socket.destroy());
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
after(() => {
  server.close();
  process.stdout.write(`attacks: wall: ${String(tried)} tried, ${String(held)} held\n`);
});

/** Lets the probe try, behind the wall; `{ seal: false }`: with the wall's namespaces alone. */
async function tryBehind(wall: Wall, attempts: Attempt[], seal = true): Promise<Found> {
  const {
    process: child,
    channel,
    kill,
  } = wall.start({
    main: PROBE,
    readable: [OWN_FOLDER],
    nodeOptions: ['--no-node-snapshot', '--allow-ffi'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const answer = new Promise<Found>((resolve) => channel.onMessage((message) => resolve(message as Found)));
  const ended = once(child, 'exit').then(([code, signal]) =>
    assert.fail(`ended by ${String(signal ?? code)}: ${said}`),
  );
  channel.send({ seal, attempts } satisfies Task);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    kill();
    ended.catch(() => undefined);
  }
}

/** `uretprobe` and `uprobe` of x86-64: filters never see them, and the kernel ends whoever calls them but from its own trampoline. */
const BEYOND_FILTERS = new Set(process.arch === 'x64' ? [335, 336] : []);

function assertRefused(found: Found): void {
  const allowed = allowedOf(found);
  const count = Object.keys(found).length;
  tried += count;
  held += count - Object.keys(allowed).length;
  assert.deepEqual(allowed, {});
}

const attacks = (): Attempt[] => wallAttacks({ parent: PARENT, port, ownFile: PROBE });

for (const wall of walls) {
  describe(`behind ${wall.name}`, () => {
    test('every attack is refused', async () => {
      const found = await tryBehind(wall, attacks());
      assert.ok(Object.keys(found).length >= 45);
      assertRefused(found);
    });

    test('every system call that an attack would use is refused, whatever its arguments', async () => {
      const bare = bareAttacks();
      assert.ok(bare.length >= 140);
      assertRefused(await tryBehind(wall, bare));
    });

    test('so is every number that no rule names', async () => {
      const ruled = new Set(sealedRules(1).map(({ syscall }) => processor && syscallNumber(syscall, processor)));
      const numbers = Array.from({ length: 600 }, (_, number) => number).filter(
        (number) => !ruled.has(number) && !BEYOND_FILTERS.has(number),
      );
      const attempts = numbers.map((syscall) => ({ name: String(syscall), syscall, args: [-1, 0, 0, 0, 0, 0] }));
      assertRefused(await tryBehind(wall, attempts));
    });

    test(
      'a call by the convention of another architecture ends the process',
      { skip: process.arch !== 'x64' },
      async () => {
        const getpidOfX32 = 0x40000000 + 39;
        const attempts = [{ name: 'x32', syscall: getpidOfX32, args: [] }];
        await assert.rejects(tryBehind(wall, attempts), /ended by (SIGSYS|159)/);
      },
    );
  });
}

test(
  'in the namespaces of bubblewrap, there is nothing to find even for a process that is not sealed',
  { skip: strongest.name !== 'bubblewrap' },
  async () => {
    const expected = {
      'read /etc/passwd': 'ENOENT',
      'read the environment of its parent': 'ENOENT',
      'read the memory of its parent': 'ENOENT',
      'write its own code': 'EROFS',
      // There is a /tmp only where this code is in it, and nobody can write there.
      'make a file': PROBE.startsWith('/tmp/') ? 'EROFS' : 'ENOENT',
      'start a shell': 'ENOENT',
      'trace its parent': 'ESRCH',
      'signal its parent': 'ESRCH',
      'a descriptor of its parent': 'ESRCH',
      'a mount': 'EPERM',
      'connect to loopback': 'ECONNREFUSED',
      'an io_uring': 'ENOSYS',
    };
    const names = new Set([...Object.keys(expected), 'a TCP socket']);
    const found = await tryBehind(
      strongest,
      attacks().filter(({ name }) => names.has(name)),
      false,
    );
    assert.deepEqual({ ...found, ...expected }, found);
  },
);

test(
  'without a wall, native code can do what the user of the executor can',
  { skip: process.platform !== 'linux' },
  async () => {
    const possible = [
      'read /etc/passwd',
      'read the environment of its parent',
      'a file that is only memory',
      'signal its parent',
      'a descriptor of its parent',
      'a TCP socket',
      'connect to loopback',
      'a Unix socket',
      'a netlink socket',
      'memory that others see',
    ];
    const found = await tryBehind(
      NO_WALL,
      attacks().filter(({ name }) => possible.includes(name)),
    );
    const refused = Object.entries(found).filter(([, how]) => typeof how !== 'number');
    assert.deepEqual(refused, []);
    assert.equal(Object.keys(found).length, possible.length);
  },
);
