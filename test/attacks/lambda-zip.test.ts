import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { readCognitoLambda } from '../../cli/import-from/cognito-lambda.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { zipOf, type ZipEntry } from '../support/zip.ts';
import { attackClass } from './attack-class.ts';

// The zip of a Lambda that somebody else made, on the machine of whoever imports it.

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hookmint-zip-')));
after(() => rmSync(root, { recursive: true, force: true }));

/** Where a zip is unpacked, so that what it writes beside its folder is seen. */
process.env.TMPDIR = root;

const attack = attackClass('the zip of a Lambda');

const HANDLER: ZipEntry = { name: 'index.js', content: 'exports.handler = async () => 1;' };
const FILE = join(root, 'lambda.zip');

async function refused(zip: Buffer, said: RegExp): Promise<void> {
  writeFileSync(FILE, zip);
  await assert.rejects(readCognitoLambda(FILE, {}), (error: unknown) => {
    assert(error instanceof UsageError, String(error));
    assert.match(error.message, said);
    return true;
  });
  assert.deepEqual(readdirSync(root), ['lambda.zip']);
}

attack('is taken for what it is: no attack', async () => {
  const content = "const { tier } = require('./src/tier.json'); exports.handler = async () => tier;";
  writeFileSync(
    FILE,
    zipOf([
      { name: 'src/' },
      { ...HANDLER, content, mode: 0o100644 },
      { name: 'src/tier.json', content: '{"tier":"gold"}' },
      { name: 'node_modules/x/index.js', content: 'x' },
    ]),
  );
  const { script } = await readCognitoLambda(FILE, {});
  assert.match(script, /tier: "gold"/);
  assert.deepEqual(readdirSync(root), ['lambda.zip']);
});

attack('writes beside its folder', async () => {
  for (const name of ['../beside.js', 'a/../../beside.js', '/tmp/hookmint-beside.js', '..\\beside.js', 'C:/beside.js'])
    await refused(zipOf([HANDLER, { name, content: 'x' }]), /cannot be unpacked: (?:invalid|absolute)/);
  assert.equal(existsSync('/tmp/hookmint-beside.js'), false);
});

attack('has links, and files of other kinds', async () => {
  const link = (name: string, content: string): ZipEntry => ({ name, content, mode: 0o120777 });
  await refused(zipOf([link('index.js', '/etc/passwd')]), /has no index/);
  await refused(zipOf([link('out', root), { name: 'out/beside.js', content: 'x' }]), /has no index/);
  await refused(
    zipOf([
      { ...HANDLER, content: "exports.handler = require('./link.json')" },
      link('link.json', '/proc/self/environ'),
    ]),
    /is not in .*lambda\.zip, or no regular file/,
  );
  for (const mode of [0o010644, 0o020644, 0o060644, 0o140644])
    await refused(zipOf([{ ...HANDLER, mode }]), /has no index/);
});

attack('has one file over another', async () => {
  await refused(zipOf([HANDLER, HANDLER]), /EEXIST/);
  await refused(zipOf([HANDLER, { name: 'index.js/a.js', content: 'x' }]), /cannot be unpacked/);
});

attack('unpacks to more than a Lambda may have', async () => {
  await refused(
    zipOf([HANDLER, { name: 'bomb.js', content: '0'.repeat(1_000_000), saidBytes: 1_000 }]),
    /cannot be unpacked/,
  );
  await refused(zipOf([HANDLER, { name: 'bomb.js', saidBytes: 3 * 1024 ** 3 }]), /over 268435456 bytes/);
  const parts = Array.from({ length: 3 }, (_, i): ZipEntry => ({ name: `${String(i)}.js`, saidBytes: 100_000_000 }));
  await refused(zipOf([{ name: 'deep.js', saidBytes: 200_000_000 }, ...parts]), /cannot be unpacked/);
  await refused(zipOf([HANDLER], 65_000), /over 50000 files/);
  await refused(zipOf([HANDLER, { name: 'n'.repeat(600), content: 'x' }]), /too long/);
});

attack('is none', async () => {
  await refused(Buffer.from('no zip'), /cannot be unpacked/);
  await refused(zipOf([HANDLER]).subarray(0, -4), /cannot be unpacked/);
  const broken = zipOf([HANDLER]);
  broken.fill(0xff, 40, 60);
  await refused(broken, /cannot be unpacked/);
  rmSync(FILE);
  execFileSync('mkfifo', [FILE]);
  await assert.rejects(readCognitoLambda(FILE, {}), /it is no file/);
  rmSync(FILE);
  writeFileSync(FILE, '');
  truncateSync(FILE, 8 * 1024 ** 3);
  await assert.rejects(readCognitoLambda(FILE, {}), /over 268435456 bytes/);
});
