import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { openSmallDisk } from '../faults/small-disk.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { spawnLauncher } from './launcher-fixtures.ts';

const ONE_GB_IN_KIB = 976_562;

it('npm start issues tokens on a disk of 1 GB, also when it is started again there', async (t) => {
  const disk = await openSmallDisk(ONE_GB_IN_KIB);
  t.after(() => disk.close());
  const dataDir = join(disk.path, 'data');
  for (const round of [1, 2]) {
    const launcher = spawnLauncher(['--port', '0'], { dataDir });
    t.after(() => launcher.kill('SIGKILL'));
    let output = '';
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    await until(`the banner is there, round ${String(round)}`, () => {
      if (launcher.exitCode !== null) throw new Error(`it ended:\n${output}`);
      return /^curl .*\n/m.test(output);
    });
    const [, url = '', clientId = '', clientSecret = ''] =
      /^curl -sS (\S+)\/oauth\/token .*client_id=(\S+) .*client_secret=(\S+) /m.exec(output) ?? [];
    const { status } = await requestToken({ url, clientId, clientSecret, audience: DEMO_AUDIENCE });
    assert.equal(status, 200, `round ${String(round)}`);
    launcher.kill('SIGTERM');
    await once(launcher, 'close');
  }
});
