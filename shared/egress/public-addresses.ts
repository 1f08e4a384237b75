import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * What is not the public internet: the special-purpose registries of IANA (RFC 6890 and what came after it), and the few addresses that
 * are public by them and yet lead to the machine's own surroundings. A block that a registry calls globally reachable is here too when
 * a router near by may answer for it.
 */
const NOT_PUBLIC: readonly string[] = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // the wire server of Azure
  '169.254.0.0/16', // link-local, metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // automatic multicast tunneling
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  // Of IPv6 only 2000::/3 is given out. The rest has loopback, IPv4 in IPv6, NAT64, discard, SRv6, private, link-local, site-local, multicast.
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23', // protocol assignments: Teredo, benchmarking, AS112, ORCHID, remote identification of drones
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3ffe::/16', // 6bone, given back
  '3fff::/20', // documentation
];

/**
 * Makes a filter of addresses.
 *
 * @param allowed Addresses and CIDR blocks that pass although they are not public.
 * @returns Whether a connection may be made to an address; false for what is none.
 */
export function addressFilter(allowed: readonly string[]): (address: string) => boolean {
  const opened = blocksOf(allowed);
  return (address) => isIP(address) !== 0 && (!isDenied(address) || opened(address));
}

/** Whether an address is in one of the blocks. A list for each family: one for both takes `0.0.0.0/0` for a part of `::/3`. */
function blocksOf(blocks: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/');
    const family = familyOf(address);
    lists[family].addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => lists[familyOf(address)].check(address, familyOf(address));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

const isDenied = blocksOf(NOT_PUBLIC);
