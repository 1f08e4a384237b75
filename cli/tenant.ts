import { z } from 'zod';
import { note, print, printJson } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import { EXIT, readArgs, type ExitCode } from './command.ts';
import { localStack, ownerOf } from './local-stack.ts';
import { seeHelp } from './help/help.ts';

const Tenant = z.object({ name: z.string(), issuer: z.string(), state: z.string(), created_at: z.string() });
const Created = Tenant.extend({
  management: z.object({ audience: z.string(), client_id: z.string(), client_secret: z.string() }),
});

const OPTIONS = {
  issuer: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const USAGE = 'hookmint tenant takes create NAME, list, suspend NAME, resume NAME or delete NAME.';

/** `hookmint tenant …`: the tenants that a deployment serves beside its own. */
export async function tenant(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const [what, name, extra] = positionals;
  if (what === undefined || extra !== undefined || (what === 'list') !== (name === undefined)) {
    throw new UsageError(`${USAGE} ${seeHelp()}`);
  }
  if (values.issuer !== undefined && what !== 'create') throw new UsageError('--issuer is of tenant create.');
  const local = await localStack(values.data);
  const connect = (): Promise<ApiClient> =>
    connectApi(local === undefined ? process.env : ownerOf(local), 'operator/v1');
  switch (what) {
    case 'list':
      tellList(await (await connect()).read(z.array(Tenant), 'GET', '/tenants'), values.json);
      return EXIT.ok;
    case 'create':
      return create(await connect(), { name, issuer: values.issuer }, values.json);
    case 'suspend':
    case 'resume': {
      const state = what === 'suspend' ? 'suspended' : 'active';
      const changed = await (await connect()).read(Tenant, 'PATCH', pathOf(name), { state });
      if (values.json) printJson(changed);
      else print(`The tenant ${changed.name} is ${changed.state}.`);
      return EXIT.ok;
    }
    case 'delete':
      await (await connect()).call('DELETE', pathOf(name));
      if (!values.json) print(`The tenant ${String(name)} is deleted, with all that it had.`);
      return EXIT.ok;
    default:
      throw new UsageError(`${USAGE} ${seeHelp()}`);
  }
}

const pathOf = (name = ''): string => `/tenants/${encodeURIComponent(name)}`;

async function create(
  api: ApiClient,
  asked: { name: string | undefined; issuer: string | undefined },
  isJson: boolean,
): Promise<ExitCode> {
  const made = await api.read(Created, 'POST', '/tenants', asked);
  if (isJson) {
    printJson(made);
    return EXIT.ok;
  }
  const { client_id, client_secret } = made.management;
  note(`The tenant ${made.name} is at ${made.issuer}. Its first client, whose secret is shown this once:`);
  print(
    `export HOOKMINT_URL=${quoted(made.issuer.replace(/\/$/, ''))}`,
    `export HOOKMINT_CLIENT_ID=${quoted(client_id)}`,
    `export HOOKMINT_CLIENT_SECRET=${quoted(client_secret)}`,
  );
  return EXIT.ok;
}

/** For a shell, which is to take whatever the server says as a word. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function tellList(tenants: readonly z.infer<typeof Tenant>[], isJson: boolean): void {
  if (isJson) {
    printJson(tenants);
    return;
  }
  if (tenants.length === 0)
    note('There is no tenant beside the deployment’s own; make one with: hookmint tenant create NAME');
  const width = Math.max(0, ...tenants.map(({ name }) => name.length));
  print(...tenants.map(({ name, state, issuer }) => `${name.padEnd(width)}  ${state.padEnd(9)}  ${issuer}`));
}
