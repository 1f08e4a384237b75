import { print } from '../shared/terminal.ts';
import { answered } from './answered.ts';
import { connectApi } from './api-client.ts';
import { EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from './command.ts';
import { readRemote, type Remote } from './sync/remote.ts';
import { without } from './sync/members.ts';
import { SECRET_NOT_SHOWN, TenantFiles } from './tenant-files/model.ts';
import { writeFolder } from './tenant-files/write-folder.ts';

/** `hookmint export DIR`: writes hookmint's configuration as `auth0-deploy-cli` would (contract §7), without secrets. */
export async function exportTenant(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { identifiers: { type: 'boolean', default: false } });
  const dir = fromCaller(onlyArgument(positionals, 'a folder', 'hookmint export'));
  const api = await connectApi();
  const remote = await readRemote(api);
  const names = distinctNames(remote.clients);
  const files = answered(TenantFiles, filesOf(remote, values.identifiers, names), api.baseUrl, 'for its configuration');
  const written = writeFolder(dir, files, names);
  print(...written, `${String(written.length)} files in ${dir}`);
  return EXIT.ok;
}

/** Names of clients by their ids. Clients that share a name are identified by their ids alone. */
function distinctNames(clients: Remote['clients']): ReadonlyMap<string, string> {
  const byName = Map.groupBy(clients, ({ name }) => name);
  const alone = clients.filter(({ name }) => byName.get(name)?.length === 1);
  return new Map(alone.map(({ client_id, name }) => [client_id, name]));
}

/** What management keeps for itself is not exported: the Management API, and the clients that may use it. */
function filesOf(remote: Remote, identifiers: boolean, names: ReadonlyMap<string, string>): object {
  const { managementAudience } = remote;
  const ofManagement = new Set(
    remote.clientGrants.filter(({ audience }) => audience === managementAudience).map(({ client_id }) => client_id),
  );
  const unnamed = (value: Record<string, unknown>, ...ids: string[]): Record<string, unknown> =>
    identifiers ? value : without(value, ids);
  return {
    resourceServers: remote.resourceServers
      .filter((api) => api.is_system !== true)
      .map((api) => unnamed(without(api, ['is_system']), 'id')),
    clientAssertionIssuers: remote.clientAssertionIssuers.map((issuer) => without(issuer, ['id'])),
    clients: remote.clients
      .filter(({ client_id }) => !ofManagement.has(client_id))
      .map((client) => {
        const file = without(client, ['client_secret', 'global', 'tenant', 'signing_keys']);
        return names.has(client.client_id) ? unnamed(file, 'client_id') : file;
      }),
    clientGrants: remote.clientGrants
      .filter(({ audience }) => audience !== managementAudience)
      .map((grant) => without(grant, ['id', 'is_system'])),
    hooks: remote.hooks.map(({ secretNames, ...hook }) => ({
      ...unnamed(hook, 'id'),
      secrets: Object.fromEntries(secretNames.map((name) => [name, SECRET_NOT_SHOWN])),
    })),
    actions: remote.actions.map((action) => ({
      name: action.name,
      code: action.code,
      runtime: action.runtime,
      dependencies: action.dependencies,
      secrets: action.secrets?.map(({ name }) => ({
        name,
        value: SECRET_NOT_SHOWN,
      })),
      supported_triggers: action.supported_triggers,
      deployed: action.all_changes_deployed,
      ...(action.hookmint === undefined ? {} : { hookmint: action.hookmint }),
    })),
    triggers: {
      'credentials-exchange': remote.boundActions,
    },
    tenant: remote.tenant,
  };
}
