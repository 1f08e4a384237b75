import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressCeiling, NO_CEILING, withinCeiling } from '../../shared/egress/address-ceiling.ts';

const CASES: [what: string, allowed: string[], ceiling: string[], counts: string[]][] = [
  ['nothing is open by default', ['10.0.0.1', '10.0.0.0/8', '::1'], [], []],
  [
    'everything may be opened',
    ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'],
    NO_CEILING,
    ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'],
  ],
  ['an address in a block', ['10.1.2.3', '10.2.0.1'], ['10.1.0.0/16'], ['10.1.2.3']],
  ['a block in a block', ['10.1.2.0/24', '10.1.0.0/16', '10.0.0.0/8'], ['10.1.0.0/16'], ['10.1.2.0/24', '10.1.0.0/16']],
  ['a block that only begins in it', ['10.1.0.0/15'], ['10.1.0.0/16'], []],
  ['another family', ['::ffff:10.0.0.1', '::1'], ['0.0.0.0/0'], []],
  ['IPv6 blocks', ['fd00:1::/32', 'fd00::1', 'fe80::1'], ['fd00::/8'], ['fd00:1::/32', 'fd00::1']],
  ['one address', ['127.0.0.1', '127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']],
];

for (const [what, allowed, ceiling, counts] of CASES) {
  test(what, () => assert.deepEqual(withinCeiling(allowed, ceiling), counts));
}

test('the setting is a list of addresses and blocks, and nothing else', () => {
  assert.deepEqual(addressCeiling.parse('10.0.0.0/8, ::1'), ['10.0.0.0/8', '::1']);
  for (const wrong of ['localhost', '10.0.0.0/33', '10.0.0.0/8,', '*']) {
    assert.equal(addressCeiling.safeParse(wrong).success, false, wrong);
  }
});
