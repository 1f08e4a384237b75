import { globSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `node deploy/image/slim.ts`: removes from node_modules what no service reads in an image: types, maps, manuals, native code of other platforms. */
const MODULES = 'node_modules';
const UNREAD = ['map', 'd.ts', 'd.mts', 'd.cts', 'md', 'tgz'].map((ending) => `${MODULES}/**/*.${ending}`);
const OF_EACH_PLATFORM = join(MODULES, 'isolated-vm/prebuilds');
const PLATFORM = `${process.platform}-${process.arch}`;

for (const file of globSync(UNREAD)) if (!/licen[sc]e|copying/i.test(file)) rmSync(file);
const others = readdirSync(OF_EACH_PLATFORM).filter((platform) => platform !== PLATFORM);
for (const platform of others) rmSync(join(OF_EACH_PLATFORM, platform), { recursive: true });
