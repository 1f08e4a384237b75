import './quiet.ts';
import assert from 'node:assert/strict';
import { BlockList, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { K8S, render } from './manifests-render.ts';

/** Where clouds answer a machine's own requests: AWS and most others, its containers, IPv6; Azure; Alibaba; Oracle; Google by IPv6. */
const METADATA_SERVICES = [
  '169.254.169.254',
  '169.254.170.2',
  'fd00:ec2::254',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd20:ce::254',
];

type Policy = {
  kind: string;
  metadata: { name: string };
  spec: { egress: { to: { ipBlock?: { cidr: string; except: string[] } }[] }[] };
};

const policies = [
  join(K8S, 'overlays', 'production'),
  // Of gateways, where clients publish their keys.
  join(K8S, 'components', 'client-keys'),
  // Of management, where people sign in at a provider.
  join(K8S, 'components', 'console-oidc'),
].flatMap(render) as unknown as Policy[];

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

function isWithin(address: string, blocks: readonly string[]): boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [start = '', bits] = block.split('/');
    if (family(start) === family(address)) list.addSubnet(start, Number(bits), family(start));
  }
  return list.check(address, family(address));
}

for (const service of ['hook-executor', 'hook-builder', 'client-keys', 'console-oidc']) {
  test(`${service} has a way to public addresses, and none to a metadata service`, () => {
    const policy = policies.find(
      ({ kind, metadata }) => `${kind}/${metadata.name}` === `NetworkPolicy/hookmint-${service}`,
    );
    const blocks = policy?.spec.egress.flatMap(({ to }) => to.flatMap(({ ipBlock }) => ipBlock ?? [])) ?? [];
    const isReached = (address: string): boolean =>
      blocks.some(({ cidr, except }) => isWithin(address, [cidr]) && !isWithin(address, except));
    assert.deepEqual(METADATA_SERVICES.filter(isReached), []);
    assert.ok(isReached('1.1.1.1') && isReached('2606:4700::1111'));
  });
}
