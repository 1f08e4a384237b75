import { z } from 'zod';
import { print } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi } from './api-client.ts';
import { EXIT, readArgs, type ExitCode } from './command.ts';
import { localStack, ownerOf } from './local-stack.ts';
import { seeHelp } from './help/help.ts';

const Link = z.object({ url: z.string() });

/** `hookmint console`: a link that signs in to the console, once. */
export async function openConsole(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { role: { type: 'string' }, data: { type: 'string' } });
  if (positionals.length > 0) throw new UsageError(`console takes no argument. ${seeHelp()}`);
  const local = await localStack(values.data);
  const api = await connectApi(local === undefined ? process.env : ownerOf(local));
  const body = values.role === undefined ? {} : { role: values.role };
  const { url } = await api.read(Link, 'POST', '/console/links', body);
  print(url);
  return EXIT.ok;
}
