import { connectApi } from '../api-client.ts';
import { EXIT, readArgs, type ExitCode } from '../command.ts';
import { print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { listHooks, revisionsOf } from './remote-hooks.ts';

/** `hookmint hook list`: the hooks of a running hookmint, the enabled one marked, each with its revisions. */
export async function hookList(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  if (positionals.length > 0) throw new UsageError('hookmint hook list takes no arguments.');
  const api = await connectApi();
  const hooks = [];
  for (const hook of await listHooks(api)) hooks.push({ ...hook, revisions: await revisionsOf(api, hook) });
  if (values.json) {
    printJson(hooks);
    return EXIT.ok;
  }
  for (const { name, enabled, revisions } of hooks) {
    print(`${name}${enabled ? '  (enabled)' : ''}`);
    for (const { number, created_at, created_by, current, draft, gradual } of revisions) {
      const mark = current ? 'deployed' : draft ? 'draft' : '';
      const part = gradual?.state === 'on' ? `  ${String(gradual.percent)} % of the clients` : '';
      print(`  ${String(number).padStart(3)}  ${mark.padEnd(8)}  ${created_at}  ${created_by ?? ''}${part}`.trimEnd());
    }
  }
  return EXIT.ok;
}
