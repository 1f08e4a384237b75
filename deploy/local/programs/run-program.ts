import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMPILED_ENDING } from '../../../shared/own-module.ts';
import { programsFolder } from './programs-folder.ts';

/**
 * Runs a program of hookmint in this process: as one file, as all that it starts is.
 *
 * @param path In hookmint's folder, without its ending.
 * @param fromSources Runs it where no file can be made of it.
 */
export async function runProgram(path: string, fromSources: () => Promise<unknown>): Promise<void> {
  const folder = await programsFolder();
  if (folder === undefined) {
    await fromSources();
    return;
  }
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(folder, path + COMPILED_ENDING)).href);
}
