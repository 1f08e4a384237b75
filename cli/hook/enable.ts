import { z } from 'zod';
import { print } from '../../shared/terminal.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { stateOf } from './deploy.ts';
import { fileOf, naming, theHookAt } from './remote-hooks.ts';

const Hook = z.object({ enabled: z.boolean() });

/** `hookmint hook enable NAME[@N]`: has a hook shape tokens, in the place of the enabled one; with its revision N, if given. */
export async function hookEnable(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { force: { type: 'boolean', default: false } });
  const api = await connectApi();
  const { hook, at } = await theHookAt(api, onlyArgument(positionals, 'NAME', 'hookmint hook enable'));
  const path = `/hooks/${hook.id}`;
  if (at !== undefined)
    await naming(fileOf(hook), api.call('POST', `${path}/revisions/${at.revision}/deploy`, { force: values.force }));
  const { enabled } = await naming(fileOf(hook), api.read(Hook, 'PATCH', path, { enabled: true }));
  print(await stateOf(api, { ...hook, enabled }));
  return EXIT.ok;
}

/** `hookmint hook disable NAME`: tokens are issued without it. */
export async function hookDisable(args: string[]): Promise<ExitCode> {
  const { positionals } = readArgs(args, {});
  const api = await connectApi();
  const { hook } = await theHookAt(api, onlyArgument(positionals, 'NAME', 'hookmint hook disable'));
  const { enabled } = await api.read(Hook, 'PATCH', `/hooks/${hook.id}`, { enabled: false });
  print(await stateOf(api, { ...hook, enabled }));
  return EXIT.ok;
}
