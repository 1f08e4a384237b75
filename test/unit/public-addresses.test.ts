import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressFilter } from '../../shared/egress/public-addresses.ts';

const mayReach = addressFilter([]);

/** Of each range its first and last address and some between. */
const NOT_PUBLIC: [what: string, ...addresses: string[]][] = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  [
    'private (RFC 1918)',
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
  ],
  ['shared by carriers (RFC 6598)', '100.64.0.0', '100.100.100.200', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255', '::1'],
  [
    'link-local, metadata services',
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    'fe80::',
    'febf:ffff::1',
    'fe80::1%1',
  ],
  ['protocol assignments (RFC 6890)', '192.0.0.0', '192.0.0.192', '192.0.0.255', '2001::', '2001:1ff:ffff::1'],
  [
    'documentation (RFC 5737)',
    '192.0.2.0',
    '192.0.2.255',
    '198.51.100.0',
    '198.51.100.255',
    '203.0.113.0',
    '203.0.113.255',
  ],
  ['documentation (RFC 3849, 9637)', '2001:db8::', '2001:db8:ffff::1', '3fff::', '3fff:fff:ffff::1'],
  [
    'AS112 (RFC 7534, 7535)',
    '192.31.196.0',
    '192.31.196.255',
    '192.175.48.0',
    '192.175.48.255',
    '2001:4:112::1',
    '2620:4f:8000::1',
  ],
  ['automatic multicast tunneling (RFC 7450)', '192.52.193.0', '192.52.193.255', '2001:3::1'],
  ['6to4 (RFC 3056, 7526)', '192.88.99.0', '192.88.99.255', '2002::', '2002:7f00:1::', '2002:ffff:ffff::1'],
  ['benchmarking (RFC 2544, 5180)', '198.18.0.0', '198.19.255.255', '2001:2::1'],
  ['multicast', '224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::1'],
  ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
  ['the wire server of Azure', '168.63.129.16', '::ffff:168.63.129.16'],
  ['unspecified', '::'],
  ['IPv4-compatible', '::127.0.0.1', '::8.8.8.8', '::2', '::ffff:ffff'],
  ['IPv4-mapped', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe'],
  ['IPv4-translated (RFC 2765)', '::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  ['NAT64 (RFC 6052, 8215)', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '64:ff9b:1:ffff::1'],
  ['discard (RFC 6666)', '100::', '100::ffff:ffff:ffff:ffff', '100:0:0:1::1'],
  ['Teredo (RFC 4380)', '2001:0:7f00:1::', '2001:0:ffff::1'],
  ['ORCHID (RFC 4843, 7343)', '2001:10::1', '2001:1f:ffff::1', '2001:20::1', '2001:2f:ffff::1'],
  ['remote identification of drones (RFC 9374)', '2001:30::1', '2001:3f:ffff::1'],
  ['6bone (RFC 3701)', '3ffe::', '3ffe:ffff::1'],
  ['SRv6 (RFC 9602)', '5f00::', '5f00:ffff::1'],
  ['private (RFC 4193)', 'fc00::', 'fd00:ec2::254', 'fdff:ffff::1'],
  ['site-local (RFC 3879)', 'fec0::', 'feff:ffff::1'],
  ['never given out', '1000::1', '4000::1', '6000::1', '8000::1', 'a000::1', 'c000::1', 'e000::1', 'f800::1'],
  [
    'none at all',
    '',
    'localhost',
    '1',
    '127.1',
    '0x7f.0.0.1',
    '8.8.8.8.',
    ' 8.8.8.8',
    '8.8.8.8/32',
    '[2606:4700::1111]',
  ],
];

describe('addresses that hooks do not reach', () => {
  for (const [what, ...addresses] of NOT_PUBLIC) {
    test(what, () => {
      assert.deepEqual(addresses.filter(mayReach), []);
    });
  }
});

test('the addresses beside them are public', () => {
  const addresses = [
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
  ];
  addresses.push('168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0');
  addresses.push('192.0.1.0', '192.0.3.0', '192.31.195.255', '192.31.197.0', '192.52.192.255', '192.52.194.0');
  addresses.push('192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0', '192.175.47.255', '192.175.49.0');
  addresses.push('198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0');
  addresses.push('223.255.255.255', '8.8.8.8', '2000::1', '2001:200::1', '2001:db7:ffff::1', '2001:db9::1', '2003::1');
  addresses.push('2606:4700:4700::1111', '2620:4f:7fff::1', '2620:4f:8001::1', '2a00::1', '3ffd::1', '3fff:1000::1');
  assert.deepEqual(
    addresses.filter((address) => !mayReach(address)),
    [],
  );
});

test('what is allowed is reached, and nothing beside it', () => {
  const filter = addressFilter(['10.1.2.0/24', '127.0.0.2', 'fd00::/64', '::1']);
  assert.deepEqual(['10.1.2.0', '10.1.2.255', '127.0.0.2', 'fd00::1', '::1', '8.8.8.8'].filter(filter).length, 6);
  assert.deepEqual(['10.1.1.255', '10.1.3.0', '127.0.0.1', 'fd00:0:0:1::', '::2', '::127.0.0.2'].filter(filter), []);
});
