import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../shared/errors.ts';
import { print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { EXIT, fromCaller, readArgs, type ExitCode } from '../command.ts';

/** `hookmint hook new [FILE]`: writes a template, never over a file that is there. */
export function hookNew(args: string[]): ExitCode {
  const { values, positionals } = readArgs(args, { action: { type: 'boolean', default: false } });
  const kind = values.action ? 'action' : 'hook';
  const [name = `${kind}.js`, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`hookmint hook new takes one FILE, not also "${extra}".`);
  const template = readFileSync(new URL(`./templates/${kind}.js`, import.meta.url), 'utf8');
  try {
    writeFileSync(fromCaller(name), template, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(exists ? `${name} exists already and is not changed.` : messageOf(error));
  }
  print(`${name} is written. Run it: hookmint hook run ${name}`);
  return EXIT.ok;
}
