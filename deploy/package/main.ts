import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { complain, print } from '../../shared/terminal.ts';
import { makePackage } from './make-package.ts';
import { packFolder } from './pack-folder.ts';

/** `npm run package [-- FOLDER]`: makes hookmint's npm package and puts it there; default: where it was called. */
const [folder = '.'] = process.argv.slice(2);
const destination = resolve(process.env.INIT_CWD ?? process.cwd(), folder);
const staging = mkdtempSync(join(tmpdir(), 'hookmint-package-'));
try {
  await makePackage(staging);
  const { file, packedBytes, unpackedBytes } = packFolder(staging, destination);
  const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
  print(`${file}: ${mib(packedBytes)} MiB, unpacked ${mib(unpackedBytes)} MiB`);
} catch (error) {
  complain(messageOf(error));
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}
