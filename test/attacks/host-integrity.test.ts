import { attackedSandbox, delay, hook, hookArguments, revisionOf, rssMib, sandboxPids, statusOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const { run, result, attack } = attackedSandbox('host integrity');

attack('__proto__ and constructor in a result, an error or a console line pollute nothing', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const outcome = await run(
    hook(`
    const evil = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    console.log(evil, JSON.stringify(evil));
    cb(null, evil);`),
  );
  assert.equal(outcome.status, 'ok');
  await run(hook(`cb(Object.assign(new Error('{"__proto__":{"polluted":1}}'), { name: '__proto__' }));`));
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
});

attack(
  'newlines and terminal escapes of a hook stay inside their entry of the log, in JSON and in the form for people',
  async () => {
    const evil = '\n{"level":60,"msg":"forged"}\r\u001b[2J\u001b]0;owned\u0007\u2028\u0000';
    const outcome = await run(
      hook(`console.log(context.body.evil); throw new Error(context.body.evil);`),
      {},
      { evil },
    );
    assert.equal(outcome.console[0]?.text, evil);
    const script = `
    const { logger } = await import(${JSON.stringify(new URL('../../shared/log.ts', import.meta.url).href)});
    const { console: lines, error } = JSON.parse(process.argv[1]);
    logger.info({ hook: 'h', level_of_hook: 'log', text: lines[0].text }, 'hook console');
    logger.warn({ hook: 'h', outcome: 'threw', error }, 'a hook run failed');
    logger.flush();`;
    for (const format of ['json', 'pretty']) {
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(outcome)], {
        env: { LOG_FORMAT: format, LOG_LEVEL: 'info' },
        encoding: 'utf8',
      });
      if (format === 'json') assert.equal(stdout.trimEnd().split('\n').length, 2, stdout);
      assert.doesNotMatch(stdout, /^\s*\{"level":60/m);
      // The colours of the form for people are its own.
      const foreign = stdout.replace(/\u001b\[\d*m/g, '').replaceAll('\n', '');
      assert.doesNotMatch(foreign, /[\u0000-\u001f\u007f]/, JSON.stringify(stdout));
    }
  },
);

attack('one hook sees nothing that another left in its globals', async () => {
  await result(hook(`globalThis.secret = Array.prototype.secret = 'mine'; cb(null, {});`));
  const seen = await result(hook(`cb(null, { types: [typeof secret, typeof [].secret, typeof globalThis.secret] });`));
  assert.deepEqual(seen, { types: ['undefined', 'undefined', 'undefined'] });
});

attack('console lines and results stay with their run, however many run at a time', async () => {
  const code = `module.exports = async function (client, scope, audience, context, cb) {
    console.log('start ' + context.body.n);
    await null;
    console.log('middle ' + context.body.n);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    console.log('end ' + context.body.n);
    cb(null, { n: context.body.n });
  };`;
  const outcomes = await Promise.all(Array.from({ length: 200 }, (_, n) => run(code, {}, { n })));
  for (const [n, outcome] of outcomes.entries()) {
    assert.equal(outcome.status === 'ok' && outcome.result, JSON.stringify({ n }));
    assert.deepEqual(
      outcome.console.map(({ text }) => text),
      [`start ${String(n)}`, `middle ${String(n)}`, `end ${String(n)}`],
    );
  }
});

attack('a sandbox killed under its runs costs none of them its answer', async () => {
  const slow = hook('const until = Date.now() + 150; while (Date.now() < until); cb(null, { n: context.body.n });');
  await result(slow, { cpu_ms: 1_000 });
  const [pid] = sandboxPids();
  assert.ok(pid !== undefined);
  const answers = Array.from({ length: 4 }, (_, n) => result(slow, { cpu_ms: 1_000, wall_ms: 10_000 }, { n }));
  await delay(100);
  process.kill(pid, 'SIGKILL');
  assert.deepEqual(await Promise.all(answers), [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
});

attack('a run under which two sandboxes died is unavailable, and the third serves', async () => {
  let started = 0;
  const pool = await openSandboxPool(1, () => {
    const sandbox = startStrongestSandbox();
    if (++started <= 2) void until('the run is in it', () => sandbox.inFlight() > 0, 30_000).then(sandbox.kill);
    return sandbox;
  });
  try {
    const slow = revisionOf(hook('for (;;);'), { cpu_ms: 9_000, wall_ms: 20_000 });
    const outcome = await pool.run(slow, hookArguments(), Date.now() + 20_000);
    assert.equal(outcome.status === 'unavailable' && outcome.reason, 'the sandbox process died twice under this run');
    const next = await pool.run(revisionOf(hook('cb(null, {});')), hookArguments(), Date.now() + 20_000);
    assert.equal(next.status, 'ok');
    assert.equal(started, 3);
  } finally {
    pool.close();
  }
});

attack('a sandbox whose main thread stands still is replaced, and its runs answered by their deadline', async () => {
  await result(hook('cb(null, { a: 1 });'));
  const [pid] = sandboxPids();
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGSTOP');
  const startedMs = performance.now();
  const outcome = await run(hook('cb(null, { a: 1 });'), { wall_ms: 500 });
  assert.equal(statusOf(outcome), 'timed_out wall');
  assert.ok(performance.now() - startedMs < 2_200, `${String(performance.now() - startedMs)} ms`);
  assert.deepEqual(await result(hook('cb(null, { a: 2 });')), { a: 2 });
  assert.ok(!sandboxPids().includes(pid));
});

attack('3,000 runs of 300 revisions leave memory flat', async () => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  try {
    const revisions = Array.from({ length: 300 }, (_, n) =>
      revisionOf(hook(`cb(null, { n: ${String(n)} });`), { wall_ms: 20_000, heap_mib: 16 }),
    );
    const rss: number[] = [];
    for (let round = 0; round < 10; round++) {
      for (let first = 0; first < revisions.length; first += 30) {
        const outcomes = await Promise.all(
          revisions
            .slice(first, first + 30)
            .map((revision) => pool.run(revision, hookArguments(), Date.now() + 30_000)),
        );
        assert.ok(
          outcomes.every(({ status }) => status === 'ok'),
          JSON.stringify(outcomes[0]),
        );
      }
      rss.push(Math.max(...sandboxPids().map(rssMib)));
    }
    const [early, late] = [rss[2] ?? 0, rss.at(-1) ?? 0];
    assert.ok(late < 700 && late - early < 100, `MiB after each round: ${rss.map(Math.round).join(' ')}`);
  } finally {
    pool.close();
  }
});
