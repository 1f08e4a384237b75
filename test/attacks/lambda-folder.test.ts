import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { readCognitoLambda } from '../../cli/import-from/cognito-lambda.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { attackClass } from './attack-class.ts';

// The folder of a Lambda that somebody else made, on the machine of whoever imports it.

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hookmint-lambda-')));
after(() => rmSync(root, { recursive: true, force: true }));
const CANARY = 'canary-beside-the-folder';
writeFileSync(join(root, 'canary.json'), JSON.stringify({ CANARY }));
const OUTSIDE = join(root, 'canary.json');

const attack = attackClass('the folder of a Lambda');

let folders = 0;
function newFolder(files: Record<string, string>): string {
  const folder = join(root, `lambda-${String(++folders)}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const importing = (path: string, others: Record<string, string> = {}): string =>
  newFolder({
    'index.js': `const data = require(${JSON.stringify(path)}); exports.handler = async () => data;`,
    ...others,
  });

const HANDLER = 'exports.handler = async () => 1;';

async function refused(path: string, said: RegExp, configuration?: string): Promise<void> {
  await assert.rejects(readCognitoLambda(path, { configurationFile: configuration }), (error: unknown) => {
    assert(error instanceof UsageError);
    assert.match(error.message, said);
    assert.doesNotMatch(error.message, new RegExp(CANARY));
    return true;
  });
}

attack('takes files of elsewhere along, however they are named', async () => {
  const isNot = /is not in .*, or no regular file/;
  for (const path of ['../canary.json', './../canary.json', './x/../../canary.json', OUTSIDE])
    await refused(importing(path), isNot);
  for (const main of ['../../canary.json', OUTSIDE, '../../canary']) {
    await refused(importing('./sub', { 'sub/package.json': JSON.stringify({ main }) }), isNot);
  }
  await refused(
    importing('#data', { 'package.json': JSON.stringify({ imports: { '#data': './../canary.json' } }) }),
    isNot,
  );
  for (const target of [OUTSIDE, '../canary.json', '/proc/self/environ', '/dev/zero']) {
    const folder = importing('./link.json');
    symlinkSync(target, join(folder, 'link.json'));
    await refused(folder, isNot);
  }
  const linked = newFolder({ 'readme.md': '' });
  symlinkSync(OUTSIDE, join(linked, 'index.js'));
  await refused(linked, isNot);
});

attack('takes files along that a computed name may mean', async () => {
  for (const call of ["require('../' + name + '.json')", '(await import(`../${name}.json`))', "require('./' + name)"]) {
    const folder = newFolder({
      'index.js': `const other = require('./other.js'); exports.handler = async ({ name }) => ${call};`,
      'other.js': 'module.exports = 1;',
      'unnamed.json': JSON.stringify({ CANARY }),
    });
    const { script } = await readCognitoLambda(folder, {});
    assert.doesNotMatch(script, new RegExp(CANARY));
  }
});

attack('has a file of another kind read, which never ends', async () => {
  const pipe = (folder: string, name: string): string => {
    execFileSync('mkfifo', [join(folder, name)]);
    return folder;
  };
  await refused(pipe(importing('./pipe.json'), 'pipe.json'), /no regular file/);
  await refused(pipe(newFolder({ 'readme.md': '' }), 'index.js'), /no regular file/);
  await refused(pipe(newFolder({ 'index.js': HANDLER }), 'package.json'), /package\.json cannot be used/);
  const { script } = await readCognitoLambda(
    pipe(importing('./sub', { 'sub/index.js': 'module.exports = 1;' }), 'sub/package.json'),
    {},
  );
  assert.match(script, /handler/);
});

attack('has more read than a script can be made of', async () => {
  const folder = importing('./large.js', { 'large.js': '' });
  truncateSync(join(folder, 'large.js'), 8 * 1024 ** 3);
  await refused(folder, /over \d+ bytes/);
  const many = Array.from({ length: 8 }, (_, i) => `./large-${String(i)}.txt`);
  const together = newFolder({
    'index.js': `const data = [${many.map((path) => `require('${path}')`).join()}]; exports.handler = () => data;`,
    ...Object.fromEntries(many.map((path) => [path, ''])),
  });
  for (const path of many) truncateSync(join(together, path), 8 * 1024 ** 2);
  await refused(together, /over \d+ bytes/);
});

attack('has the bundler read what a comment or a setting names', async () => {
  const { script } = await readCognitoLambda(
    importing('./other.js', {
      'other.js': `module.exports = 1;\n//# sourceMappingURL=${OUTSIDE}\n//# sourceMappingURL=/dev/zero\n`,
      'tsconfig.json': JSON.stringify({ extends: OUTSIDE, compilerOptions: { paths: { data: [OUTSIDE] } } }),
    }),
    {},
  );
  assert.doesNotMatch(script, new RegExp(CANARY));
});

attack('writes code into the name of its function', async () => {
  const folder = newFolder({ 'index.js': HANDLER });
  const configuration = join(root, 'configuration.json');
  for (const Handler of [
    'index.handler as x} from "./x"; export {y',
    'index.a b',
    'index.',
    '.handler',
    'handler',
    'index.1',
  ]) {
    writeFileSync(configuration, JSON.stringify({ Handler }));
    await refused(folder, /must be a file and a function/, configuration);
  }
});
