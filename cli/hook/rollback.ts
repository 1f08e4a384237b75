import { z } from 'zod';
import { print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { stateOf } from './deploy.ts';
import { before, fileOf, naming, numbered, revisionsOf, theHookAt } from './remote-hooks.ts';

/** `hookmint hook rollback NAME`: deploys the revision before the deployed one, or any of the history. */
export async function hookRollback(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, {
    to: { type: 'string' },
    force: { type: 'boolean', default: false },
  });
  const name = onlyArgument(positionals, 'NAME', 'hookmint hook rollback');
  const api = await connectApi();
  const { hook, at } = await theHookAt(api, name);
  const revisions = await revisionsOf(api, hook);
  const to = at ?? (values.to === undefined ? before(revisions) : numbered(revisions, values.to));
  if (to === undefined) throw new UsageError(`${hook.name} has no revision before the deployed one.`);
  const path = `/hooks/${hook.id}/revisions/${to.revision}/deploy`;
  const { enabled } = await naming(
    fileOf(hook),
    api.read(z.object({ enabled: z.boolean() }), 'POST', path, { force: values.force }),
  );
  print(await stateOf(api, { ...hook, enabled }));
  return EXIT.ok;
}
