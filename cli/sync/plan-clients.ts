import { z } from 'zod';
import { isMachineToMachine, type ClientFile } from '../tenant-files/model.ts';
import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import type { Remote } from './remote.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { step, type Step } from './step.ts';

const PATH = '/clients';
/** What a tenant says of a client and no tool may set (contract §5.9), and what is set apart from the rest. */
const TENANTS_OWN = [
  'callback_url_template',
  'signing_keys',
  'global',
  'tenant',
  'client_secret',
  'client_authentication_methods',
];

const Made = z.object({ client_id: z.string(), client_secret: z.string().optional() });

export function planClients(input: PlanInput): Step[] {
  const { files, remote, prune } = input;
  if (files.clients === undefined) return [];
  const steps = files.clients.map((file) => planClient(file, input));
  if (!prune) return steps;
  const ofManagement = new Set(
    remote.clientGrants
      .filter(({ audience }) => audience === remote.managementAudience)
      .map((grant) => grant.client_id),
  );
  const wanted = new Set(files.clients.map((file) => presentOf(file, input)));
  const gone = remote.clients.filter((client) => !ofManagement.has(client.client_id) && !wanted.has(client));
  return [
    ...steps,
    ...gone.map(({ client_id, name }) =>
      step('client', name, 'delete', {
        run: ({ api }) => api.call('DELETE', `${PATH}/${client_id}`),
      }),
    ),
  ];
}

function planClient(file: ClientFile, input: PlanInput): Step {
  const { takes, secrets } = input;
  const { name } = file;
  if (!isMachineToMachine(file)) {
    return step('client', name, 'skip', { notes: ['it cannot ask for tokens by client credentials'] });
  }
  if (isOneOfSeveral(file, input)) {
    const why = `several clients have the name ${name}; the files must give the client_id`;
    return step('client', name, 'skip', { notes: [why], run: () => Promise.reject(new UsageError(why)) });
  }
  const signs = file.token_endpoint_auth_method === null;
  const trusts = issuersOf(file);
  // Its keys are there, or those of its issuers, so that it needs no secret.
  const publishesKeys = typeof file.jwks_uri === 'string' || trusts !== undefined;
  const own = signs ? [...TENANTS_OWN, 'token_endpoint_auth_method'] : TENANTS_OWN;
  const { taken: known, notes: leftOut, losses: refused } = accepted(without(file, own), takes(PATH));
  const all = trusts === undefined ? known : { ...known, client_authentication_methods: trusts };
  const present = presentOf(file, input);
  const lost = lostMethods(file);
  const secret = publishesKeys ? undefined : secrets.clients.get(name);
  const keyless = signs && !publishesKeys && lost.length === 0 && present?.client_authentication_methods === undefined;
  const notes = [
    ...leftOut,
    ...(keyless
      ? [
          `it authenticated by ${methodOf(file)}; exports contain no keys and certificates, so it has a secret until it gets its own`,
        ]
      : []),
  ];
  // Hookmint has no client that a level keeps from every token.
  const isHeld = keyless && typeof file.compliance_level === 'string' && file.compliance_level !== 'none';
  const taken = isHeld ? without(all, ['compliance_level']) : all;
  const losses = [
    ...refused,
    ...lost,
    ...(isHeld && 'compliance_level' in all
      ? ['compliance_level; set it again once the client has its key or certificate']
      : []),
  ];
  if (present === undefined) {
    const body = { ...taken, ...(secret === undefined ? {} : { client_secret: secret }) };
    const create = step('client', name, 'create', {
      notes: [...notes, ...(secret === undefined && !publishesKeys ? ['it gets a new client_secret'] : [])],
      losses,
      makes: `client ${name}`,
      needs: [...trustedBy(trusts), ...subjectsOf(file)],
      run: async ({ api, clientIds, newClients, newIds }) => {
        const made = await api.read(Made, 'POST', PATH, body);
        clientIds.set(name, made.client_id);
        if (secret === undefined && made.client_secret !== undefined)
          newClients.push({ name, client_id: made.client_id, client_secret: made.client_secret });
        else if (made.client_id !== file.client_id) newIds.push({ name, client_id: made.client_id });
      },
    });
    return unlessRefused(create, body, takes(PATH));
  }
  const members = differing(without(taken, ['client_id']), present);
  if (members.length === 0) return step('client', name, 'keep', { notes, losses });
  const run: Step['run'] = ({ api }) => api.call('PATCH', `${PATH}/${present.client_id}`, only(taken, members));
  const update = step('client', name, 'update', { notes, losses, members, run });
  return unlessRefused(update, only(taken, members), takes(`${PATH}/{id}`, 'patch'));
}

/** Ways of proving who it is by a key or certificate of its own, which no export contains. */
const KEYED = ['private_key_jwt', 'self_signed_tls_client_auth', 'tls_client_auth'];

/** The one that files have all of. */
const BY_ISSUERS = 'federated_jwt';

/** Ways of proving who it is that hookmint does not have; the client would get a secret in their place. */
function lostMethods({ client_authentication_methods: methods }: ClientFile): string[] {
  if (typeof methods !== 'object' || methods === null) return [];
  return Object.entries(methods)
    .filter(([name, method]) => name !== BY_ISSUERS && !KEYED.includes(name) && method !== undefined && method !== null)
    .map(([name]) => `client_authentication_methods.${name}; it would authenticate with a client_secret instead`);
}

/** By which of them, as its file says. */
function methodOf({ client_authentication_methods: methods }: ClientFile): string {
  const named = typeof methods === 'object' && methods !== null ? Object.keys(methods) : [];
  return KEYED.find((method) => named.includes(method)) ?? 'private_key_jwt';
}

/** Tokens of other issuers that authenticate it, as the API takes them. */
function issuersOf({ client_authentication_methods: methods }: ClientFile): object | undefined {
  if (typeof methods !== 'object' || methods === null || !(BY_ISSUERS in methods)) return undefined;
  return { [BY_ISSUERS]: methods[BY_ISSUERS] };
}

/** What has to be there before a client that names issuers. */
const trustedBy = (methods: object | undefined): string[] =>
  NamedIssuers.safeParse(methods).data?.federated_jwt.credentials.map(({ issuer }) => `issuer ${issuer}`) ?? [];

/** And before one that may show tokens of others. */
const subjectsOf = ({ subject_tokens, actor_tokens }: ClientFile): string[] =>
  [subject_tokens, actor_tokens]
    .flatMap((list) => Issuers.safeParse(list).data ?? [])
    .map(({ issuer }) => `issuer ${issuer}`);

const Issuers = z.array(z.object({ issuer: z.string() }));

const NamedIssuers = z.object({
  federated_jwt: z.object({ credentials: z.array(z.object({ issuer: z.string() })) }),
});

/** How many clients are called so, when the files have been carried out. */
export function clientsCalled(name: string, input: PlanInput): number {
  const inFiles = (input.files.clients ?? []).filter((file) => file.name === name && isMachineToMachine(file));
  const claimed = new Set(inFiles.map((file) => presentOf(file, input)));
  return inFiles.length + input.remote.clients.filter((client) => client.name === name && !claimed.has(client)).length;
}

/** Whether neither its id nor its name tells which client of hookmint it is, or would be at the next import. */
function isOneOfSeveral(file: ClientFile, { files, remote }: PlanInput): boolean {
  if (remote.clients.some(({ client_id }) => client_id === file.client_id)) return false;
  const claimed = new Set(files.clients?.map(({ client_id }) => client_id));
  const candidates = remote.clients.filter(({ client_id, name }) => name === file.name && !claimed.has(client_id));
  const alike = files.clients?.filter(
    (one) => one.name === file.name && one.client_id === undefined && isMachineToMachine(one),
  );
  return candidates.length > 1 || (file.client_id === undefined && (alike?.length ?? 0) > 1);
}

/** By its id, and by its name where the files have no client of that one's id: several may be called alike. */
function presentOf(file: ClientFile, { files, remote }: PlanInput): Remote['clients'][number] | undefined {
  const claimed = new Set(files.clients?.map(({ client_id }) => client_id));
  return (
    remote.clients.find(({ client_id }) => client_id === file.client_id) ??
    remote.clients.find(({ client_id, name }) => name === file.name && !claimed.has(client_id))
  );
}
