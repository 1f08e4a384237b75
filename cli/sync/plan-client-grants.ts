import { z } from 'zod';
import { isMachineToMachine, type ClientGrantFile } from '../tenant-files/model.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { isAuth0sManagementApi, scopesHere } from './auth0-management-api.ts';
import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import { clientsCalled } from './plan-clients.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { refuse, step, type Run, type Step } from './step.ts';

const PATH = '/client-grants';
const FIXED = ['id', 'client_id', 'audience', 'subject_type', 'is_system', 'default_for'];

/** What the files would give, and nobody gets. */
const NO_API = 'audience: its API is neither in the files nor in hookmint';
const NO_CLIENT = 'client_id: its client is neither in the files nor in hookmint';

const Made = z.object({ id: z.string() });

export function planClientGrants(input: PlanInput): Step[] {
  const { files, remote, prune } = input;
  if (files.clientGrants === undefined) return [];
  const steps = files.clientGrants.map((file) => planGrant(file, input));
  if (!prune) return steps;
  const wanted = files.clientGrants;
  const gone = remote.clientGrants.filter(
    (grant) =>
      grant.audience !== remote.managementAudience &&
      !wanted.some((file) => file.audience === grant.audience && namesClient(file, grant.client_id, input)),
  );
  return [
    ...steps,
    ...gone.map(({ id, client_id, audience }) =>
      step('client grant', `${client_id} at ${audience}`, 'delete', {
        run: ({ api }) => api.call('DELETE', `${PATH}/${id}`),
      }),
    ),
  ];
}

function planGrant(file: ClientGrantFile, input: PlanInput): Step {
  if (!isAuth0sManagementApi(file.audience, input)) return planGrantAt(file.audience, file, input);
  const { here, elsewhere } = scopesHere(file.scope, input);
  if (here.length === 0) {
    const why = "it is for Auth0's own Management API, and hookmint's has none of its scopes";
    return step('client grant', nameOf(file), 'skip', { notes: [why] });
  }
  const own = without({ ...file, scope: here }, ['allow_all_scopes']) as ClientGrantFile;
  const planned = planGrantAt(input.remote.managementAudience, own, input);
  if (planned.does !== 'skip') {
    planned.notes.push(`it is for hookmint's own Management API: ${here.join(', ')}`);
    if (elsewhere.length > 0) planned.notes.push(`hookmint's has nothing of: ${elsewhere.join(', ')}`);
  }
  return planned;
}

const nameOf = (file: ClientGrantFile): string => `${file.client_id} at ${file.audience}`;

/** Of one API, and both for clients. */
const isSame = (a: ClientGrantFile, b: ClientGrantFile): boolean =>
  a.audience === b.audience && a.subject_type !== 'user' && a.default_for === undefined && b.subject_type !== 'user';

/** @param audience At hookmint. */
function planGrantAt(audience: string, file: ClientGrantFile, input: PlanInput): Step {
  const { files, remote, takes } = input;
  const name = nameOf(file);
  const skip = (why: string): Step => step('client grant', name, 'skip', { notes: [why] });
  if (file.subject_type === 'user' || file.default_for !== undefined) {
    return skip('it is for tokens of users or of third-party clients');
  }
  const knowsApi = [...(files.resourceServers ?? []), ...remote.resourceServers].some(
    ({ identifier }) => identifier === audience,
  );
  if (!knowsApi) return refuse(step('client grant', name, 'create'), [NO_API]);
  const alike = files.clientGrants?.filter((other) => other.client_id === file.client_id && isSame(other, file)) ?? [];
  if (alike.length > 1) {
    return refuse(step('client grant', name, 'create'), [
      `${String(alike.length)} grants of the files are of this client and API`,
    ]);
  }
  const called = isId(file.client_id, input) ? 1 : clientsCalled(file.client_id, input);
  if (called > 1) {
    const why = `${String(called)} clients have the name ${file.client_id}; the grant must use a client_id`;
    return step('client grant', name, 'skip', { notes: [why], run: () => Promise.reject(new UsageError(why)) });
  }
  const clientId = idOf(file.client_id, input);
  const comes = files.clients?.some(
    (client) => (client.name === file.client_id || client.client_id === file.client_id) && isMachineToMachine(client),
  );
  if (clientId === undefined && comes !== true) {
    const isInFiles =
      files.clients?.some((client) => [client.name, client.client_id].includes(file.client_id)) === true;
    if (isInFiles) return skip('its client cannot ask for tokens by client credentials');
    return refuse(step('client grant', name, 'create'), [NO_CLIENT]);
  }

  const { taken, notes, losses } = accepted({ ...without(file, ['id', 'is_system']), audience }, takes(PATH));
  const present = remote.clientGrants.find((grant) => grant.client_id === clientId && grant.audience === audience);
  if (present === undefined) {
    const run = async ({ api, clientIds }: Run): Promise<void> => {
      const client_id = clientId ?? clientIds.get(file.client_id) ?? file.client_id;
      await api.read(Made, 'POST', PATH, { ...taken, client_id });
    };
    const create = step('client grant', name, 'create', {
      notes,
      losses,
      needs: [`api ${audience}`, ...(clientId === undefined ? [`client ${clientNameOf(file.client_id, input)}`] : [])],
      run,
    });
    return unlessRefused(create, { ...taken, client_id: clientId ?? '-' }, takes(PATH));
  }
  const members = differing(without(taken, FIXED), present);
  if (members.length === 0) return step('client grant', name, 'keep', { notes, losses });
  const run: Step['run'] = ({ api }) => api.call('PATCH', `${PATH}/${present.id}`, only(taken, members));
  const update = step('client grant', name, 'update', { notes, losses, members, run });
  return unlessRefused(update, only(taken, members), takes(`${PATH}/{id}`, 'patch'));
}

function clientNameOf(nameOrId: string, { files }: PlanInput): string {
  return files.clients?.find(({ client_id }) => client_id === nameOrId)?.name ?? nameOrId;
}

/** Whether the grant of the files may be meant for a client: a name may be that of several. */
function namesClient(file: ClientGrantFile, client_id: string, { remote }: PlanInput): boolean {
  return remote.clients.some(
    (client) => client.client_id === client_id && (client_id === file.client_id || client.name === file.client_id),
  );
}

const isId = (nameOrId: string, { files, remote }: PlanInput): boolean =>
  [...(files.clients ?? []), ...remote.clients].some(({ client_id }) => client_id === nameOrId);

/** Files name a client by its name or its id. */
function idOf(nameOrId: string, { remote }: PlanInput): string | undefined {
  const isThere = remote.clients.some(({ client_id }) => client_id === nameOrId);
  return isThere ? nameOrId : remote.clients.find(({ name }) => name === nameOrId)?.client_id;
}
