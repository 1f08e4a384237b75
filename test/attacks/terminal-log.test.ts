import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keepForScan } from '../support/canary-run.ts';
import { atTerminal, noTerminal, type AtTerminal } from '../support/pseudo-terminal.ts';
import { requestToken } from '../support/token-request.ts';
import { assertNoLine, assertOnlyShown, forgedLine, hostileText } from './terminal-text.ts';

// `npm start` at a real terminal, with a hook and clients that speak to it.

const FORGED = 'gateway       [12:00:00.000] ERROR: FORGED';
const FORGED_JSON = 'gateway       {"level":60,"msg":"FORGED"}';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  const { text, how } = context.body;
  if (how === 'console') { console.log(text); console.error({ [text]: text }, [text]); return cb(null, { [text]: 1 }); }
  if (how === 'message') throw new Error(text);
  if (how === 'stack') throw Object.assign(new Error('x'), { name: text, stack: 'Error: x' + text + '\\n    at ' + text });
  return cb(Object.assign(new Error(text), { name: text }));
};
`;

for (const format of ['pretty', 'json'] as const) {
  describe(`npm start at a terminal, its log ${format}`, { skip: noTerminal }, () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-terminal-'));
    const hookFile = join(dataDir, 'hook.js');
    let terminal: AtTerminal;
    let stack: { url: string; clientId: string; clientSecret: string; audience: string };

    before(async () => {
      writeFileSync(hookFile, HOOK);
      terminal = atTerminal(
        ['deploy/local/main.ts', '--port', '0', '--data', dataDir, '--no-console', '--hook', hookFile],
        {
          NATS_URL: '',
          MONGODB_URL: '',
          LOG_LEVEL: 'debug',
          LOG_FORMAT: format === 'pretty' ? '' : format,
        },
      );
      await terminal.untilShown(/^curl .*\n/m);
      const [, url = '', clientId = '', clientSecret = '', audience = ''] =
        /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) .*audience=(\S+)/m.exec(
          terminal.shown(),
        ) ?? [];
      stack = { url, clientId, clientSecret, audience };
    });
    after(async () => {
      terminal.type('\u0003');
      assert.equal(await terminal.exited, 0);
      keepForScan(dataDir, terminal.shown());
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
    });

    for (const how of ['console', 'message', 'stack', 'denied'] as const) {
      it(`shows what a hook says, and obeys none of it: ${how}`, async () => {
        const mark = `mark-${how}`;
        await requestToken(stack, { how, text: hostileText(mark) });
        await terminal.untilShown(new RegExp(`${mark}[^\\n]*${mark}`));
        await requestToken(stack, { how, text: `${mark}-line${forgedLine(FORGED)}${forgedLine(FORGED_JSON)}` });
        await terminal.untilShown(new RegExp(`${mark}-line`));
        await requestToken(stack, { how: 'console', text: `${mark}-after` });
        await terminal.untilShown(new RegExp(`${mark}-after`));
        assertOnlyShown(terminal.shown());
        assertNoLine(terminal.shown(), FORGED);
        assertNoLine(terminal.shown(), FORGED_JSON);
      });
    }

    it('shows what strangers send as client_id, grant_type and user agent', async () => {
      for (const parameter of ['client_id', 'grant_type', 'audience', 'scope'] as const)
        await requestToken(stack, { [parameter]: hostileText(parameter) }, { 'user-agent': '\u009b2J\u0085' });
      await requestToken(stack, { how: 'console', text: 'after-strangers' });
      await terminal.untilShown(/after-strangers/);
      assertOnlyShown(terminal.shown());
    });

    it('shows the error of an edit that does not compile, and how a service ended, as its own lines', async () => {
      writeFileSync(hookFile, `module.exports = '${hostileText('x').replaceAll(/[\n\r\u2028\u2029]/g, '')}' ;;; )\n`);
      await terminal.untilShown(/the previous hook stays/);
      writeFileSync(hookFile, HOOK);
      assertOnlyShown(terminal.shown());
    });

    it('has colours of its own where the log is for people', () => {
      assert.equal(/\u001b\[3\dm/.test(terminal.shown()), format === 'pretty');
    });
  });
}
