import './quiet.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMPILED_ENDING } from '../../shared/own-module.ts';
import { programsFolder } from './programs/programs-folder.ts';

/** `npm start`: the launcher as one file, as all that it starts is; from its sources where no file can be made of them. */
const folder = await programsFolder();
if (folder === undefined) await import('./launcher.ts');
else {
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(folder, `deploy/local/launcher${COMPILED_ENDING}`)).href);
}
