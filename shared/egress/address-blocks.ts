import { BlockList, isIP, isIPv6 } from 'node:net';

/** Tells whether an address is one of these, which are addresses and CIDR blocks. */
export function isInBlocks(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix, family } of blocks.map(blockOf)) list.addSubnet(address, prefix, family);
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

export type AddressBlock = { address: string; prefix: number; family: 'ipv4' | 'ipv6' };

/** A block, or an address as the block of itself alone. */
export function blockOf(text: string): AddressBlock {
  const [address = '', bits] = text.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return { address, family, prefix: bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits) };
}
