import { readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { languageOf } from '../../hook-build/hook-file.ts';
import { isWebhookKind } from '../../shared/domain/contracts.ts';
import { messageOf } from '../../shared/errors.ts';
import { print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { EXIT, fromCaller, readArgs, type ExitCode } from '../command.ts';
import { contractOf } from './contract-option.ts';

const OPTIONS = {
  action: { type: 'boolean', default: false },
  contract: { type: 'string' },
  ts: { type: 'boolean', default: false },
} as const;

/** Templates by what they are of; those in TypeScript are text, as nothing of hookmint's own is made of them. */
const TEMPLATES = { javascript: '.js', typescript: '.ts.txt' } as const;

/** `hookmint hook new [FILE]`: writes a template, never over a file that is there. */
export function hookNew(args: string[]): ExitCode {
  const { values, positionals } = readArgs(args, OPTIONS);
  if (values.action && values.contract !== undefined)
    throw new UsageError('--action and --contract exclude each other.');
  const kind = contractOf(values.contract) ?? (values.action ? 'action' : 'hook');
  const isWebhook = isWebhookKind(kind);
  if (isWebhook && values.ts) throw new UsageError('--ts is of code; a webhook is JSON.');
  const [name = `${kind}${isWebhook ? '.json' : values.ts ? '.ts' : '.js'}`, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`hookmint hook new takes one FILE, not also "${extra}".`);
  const language = languageOf(name);
  if (values.ts && language !== 'typescript') throw new UsageError(`--ts makes a file that ends in .ts, not ${name}.`);
  if (isWebhook !== (extname(name) === '.json'))
    throw new UsageError(`A file that ends in .json is of a webhook, which is what --contract names; ${name} is not.`);
  const ending = isWebhook ? '.json' : TEMPLATES[language];
  const template = readFileSync(new URL(`./templates/${kind}${ending}`, import.meta.url), 'utf8');
  try {
    writeFileSync(fromCaller(name), template, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(exists ? `${name} exists already and is not changed.` : messageOf(error));
  }
  print(`${name} is written. Run it: hookmint hook run ${name}`);
  return EXIT.ok;
}
