import { attackClass } from './attack-class.ts';
import { hook } from './sandbox.ts';
import assert from 'node:assert/strict';
import { enableHook } from '../support/enable-hook.ts';
import { basic, postToken } from '../support/post-token.ts';
import { sendRaw } from '../support/raw-http.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// Against the real output of the running services: whatever a hook or a client says is inside one entry, as a string.

const stack = withStack({ hook: null, env: { LOG_LEVEL: 'debug' } });
const attack = attackClass('log injection');

const MARK = 'FORGED';
const FORGED_LINES = [
  `\n{"level":60,"time":1,"msg":"${MARK}"}`,
  `\r\n{"level":60,"time":1,"msg":"${MARK}"}\r\n`,
  `\u001b[2J\u001b[1;1H\u001b]0;${MARK}\u0007\u001b[31m`,
  `\b\b\b\b\r${MARK}\u0000`,
  `","level":60,"msg":"${MARK}`,
  `\ngateway {"level":60,"msg":"${MARK}"}`,
  `%s %d %j %o ${MARK}`,
];

/** An entry as a service's log has it: nothing of a hook's or a client's but inside of its values. */
const ENTRY = /^([a-z-]+) +(\{.*\})$/;

/** Checks all that was printed since `from`; gives how often the mark was seen. */
function checkLines(from: number): number {
  const lines = stack().output().split('\n').slice(from);
  let seen = 0;
  for (const line of lines) {
    assert.doesNotMatch(line, /[\u0000-\u001f]/, JSON.stringify(line));
    if (!line.includes(MARK)) continue;
    const json = ENTRY.exec(line)?.[2];
    assert.ok(json !== undefined, `no entry of a service: ${JSON.stringify(line)}`);
    const entry = JSON.parse(json) as Record<string, unknown>;
    assert.ok(Number(entry.level) < 60 && !String(entry.msg).includes(MARK), line);
    assert.equal(new Set(json.match(/"(?:level|msg|time)":/g)).size, 3, line);
    seen++;
  }
  return seen;
}

async function untilLogged(from: number, count: number): Promise<void> {
  const untilMs = Date.now() + 5_000;
  while (checkLines(from) < count) {
    assert.ok(Date.now() < untilMs, `only ${String(checkLines(from))} of ${String(count)} entries were logged`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const linesPrinted = (): number => stack().output().split('\n').length;

/** Runs a hook with each of the forged lines, and waits for the entries in which they were logged. */
async function hooked(body: string, status: number, entries: number): Promise<void> {
  await enableHook(stack(), hook(body));
  for (const forged of FORGED_LINES) {
    const from = linesPrinted();
    assert.equal((await requestToken(stack(), { forged })).status, status, JSON.stringify(forged));
    await untilLogged(from, entries);
  }
}

for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  attack(`by console.${level}, as text, in an object and as a key`, () =>
    hooked(
      `const { forged } = context.body; console.${level}(forged, { forged, [forged]: 1 }, [forged]); cb();`,
      200,
      1,
    ),
  );
}

attack('by console.table, dir, trace and a group', () =>
  hooked(
    `const { forged } = context.body; console.dir({ forged }); console.trace?.(forged); console.group?.(forged);
     console.table?.([{ forged }]); console.log('%s ' + forged, forged); cb();`,
    200,
    2,
  ),
);

attack('by the message, the name and the stack of an error that is thrown', () =>
  hooked(
    `const { forged } = context.body;
     throw Object.assign(new Error(forged), { name: forged, stack: 'Error\\n    at ' + forged });`,
    500,
    1,
  ),
);

attack('by an error that is thrown after the callback', () =>
  hooked(`const { forged } = context.body; cb(); throw new Error(forged);`, 200, 1),
);

attack('by the description and the name of a denial', () =>
  hooked(
    `const { forged } = context.body;
     console.log(forged); cb(Object.assign(new Error(forged), { name: 'InvalidScopeError' }));`,
    400,
    1,
  ),
);

attack('by the names of claims and scopes that are dropped', () =>
  hooked(
    `const { forged } = context.body; console.log(forged);
     cb(null, { [forged]: 1, scope: ['a"' + forged.replaceAll(' ', '')] });`,
    200,
    2,
  ),
);

attack('by a script that does not compile', async () => {
  for (const forged of FORGED_LINES) {
    const from = linesPrinted();
    await enableHook(stack(), `throw (${JSON.stringify(forged)} ;`);
    assert.equal((await requestToken(stack())).status, 500);
    await enableHook(stack(), `throw new Error(${JSON.stringify(forged)}, module);`);
    assert.equal((await requestToken(stack())).status, 500);
    await untilLogged(from, 1);
  }
});

attack(
  'by characters that JSON lets through, and that readers of lines or terminals take for more than characters',
  async () => {
    await enableHook(stack(), hook('console.log(context.body.forged); cb();'));
    for (const character of ['\u2028', '\u2029', '\u0085', '\u009b', '\u007f']) {
      const from = linesPrinted();
      const forged = `${character}{"level":60,"msg":"${MARK}"}`;
      assert.equal((await requestToken(stack(), { forged })).status, 200);
      await untilLogged(from, 1);
      assert.ok(!stack().output().includes(character), `${JSON.stringify(character)} is printed as it is`);
    }
  },
);

for (const parameter of ['grant_type', 'client_id', 'client_secret', 'audience', 'scope', 'organization', 'resource']) {
  attack(`by the client’s parameter ${parameter}, as a form and as JSON`, async () => {
    await enableHook(stack(), hook('cb();'));
    for (const forged of FORGED_LINES) {
      const from = linesPrinted();
      const answer = await requestToken(stack(), { [parameter]: forged });
      assert.ok(answer.status < 500, JSON.stringify(answer.body));
      const json = JSON.stringify({
        grant_type: 'client_credentials',
        client_id: stack().clientId,
        [parameter]: forged,
      });
      assert.ok((await postToken(stack(), json, { 'content-type': 'application/json' })).status < 500);
      checkLines(from);
    }
  });
}

attack('by the client’s headers and the path', async () => {
  const from = linesPrinted();
  const printable = FORGED_LINES.map((line) => line.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
  for (const forged of printable) {
    const headers = { 'user-agent': forged, traceparent: forged, 'x-forwarded-for': forged, 'accept-language': forged };
    assert.equal((await requestToken(stack(), {}, headers)).status, 200);
    const answer = await requestToken(
      stack(),
      { client_id: undefined, client_secret: undefined },
      { authorization: basic(forged, forged) },
    );
    assert.equal(answer.status, 401);
    assert.equal((await fetch(`${stack().url}/${encodeURIComponent(forged)}`)).status, 404);
  }
  checkLines(from);
});

attack('by requests that are no HTTP', async () => {
  const from = linesPrinted();
  for (const forged of FORGED_LINES) {
    const answer = await sendRaw(
      stack().url,
      `GET /${forged} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: ${forged}\r\n\r\n`,
    );
    assert.ok(answer === undefined || (answer.status >= 400 && answer.status < 500), JSON.stringify(answer));
  }
  checkLines(from);
});
