import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the hookmint of a data folder is, for the CLI of the same machine. */
const Address = z.object({ url: z.url(), ca_file: z.string().optional() });
export type Address = z.infer<typeof Address>;

const fileIn = (dataDir: string): string => join(dataDir, 'address.json');

export function writeAddress(dataDir: string, address: Address): void {
  writeFileSync(fileIn(dataDir), JSON.stringify(address), { mode: 0o600 });
}

/** `undefined` where none was started yet. */
export function readAddress(dataDir: string): Address | undefined {
  try {
    return Address.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}
