import { BlockList } from 'node:net';
import { z } from 'zod';
import { EgressPolicy } from '../domain/egress.ts';
import { blockOf } from './address-blocks.ts';

const AddressList = EgressPolicy.shape.allowed_addresses;

/** Setting: addresses and CIDR blocks, separated by commas, that may be reached although they are not public. */
export const addressCeiling = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .pipe(AddressList);

/** Every address: for machines whose owner also writes the hooks. */
export const NO_CEILING = ['0.0.0.0/0', '::/0'];

/**
 * What of a hook's `allowed_addresses` counts: entries that lie within those which the operator has opened. Whoever may write a
 * hook may write its policy too, and is not the one to decide what of the private network hooks reach.
 */
export function withinCeiling(allowed: readonly string[], ceiling: readonly string[]): string[] {
  return allowed.filter((entry) => ceiling.some((block) => contains(block, entry)));
}

function contains(block: string, entry: string): boolean {
  const [outer, inner] = [blockOf(block), blockOf(entry)];
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  return list.check(inner.address, inner.family);
}
