import { readFileSync } from 'node:fs';
import { z } from 'zod';

const PACKAGE_FILE = new URL('../package.json', import.meta.url);

/** The version of this hookmint: of all its services and of the CLI. */
export const { version: VERSION } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')));
