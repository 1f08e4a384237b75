import { isAuth0s } from './auth0-management-api.ts';
import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { refuse, step, type Step } from './step.ts';

const PATH = '/resource-servers';
const SERVERS_OWN = ['id', 'is_system', 'client_id', 'signing_secret'];

const OTHER_ALG = 'its tokens are signed with RS256; verify them with the keys of /.well-known/jwks.json';

export function planResourceServers({ files, remote, takes, prune }: PlanInput): Step[] {
  const wanted = files.resourceServers;
  if (wanted === undefined) return [];
  const steps = wanted.map((file): Step => {
    if (isAuth0s(file)) {
      return step('resource server', file.name ?? file.identifier, 'skip', { notes: ["it is Auth0's own"] });
    }
    const name = file.name ?? file.identifier;
    const alike = wanted.filter(({ identifier }) => identifier === file.identifier);
    if (alike.length > 1) {
      return refuse(step('resource server', name, 'create', { makes: `api ${file.identifier}` }), [
        `identifier: ${String(alike.length)} resource servers of the files have it`,
      ]);
    }
    const { taken, notes, losses } = accepted(without(file, SERVERS_OWN), takes(PATH));
    const present = remote.resourceServers.find(({ identifier }) => identifier === file.identifier);
    if (present === undefined) {
      const create = step('resource server', name, 'create', {
        notes: 'signing_alg' in file && !('signing_alg' in taken) ? [...notes, OTHER_ALG] : notes,
        losses,
        makes: `api ${file.identifier}`,
        run: ({ api }) => api.call('POST', PATH, taken),
      });
      return unlessRefused(create, taken, takes(PATH));
    }
    const members = differing(without(taken, ['identifier']), present);
    if (members.length === 0) return step('resource server', name, 'keep', { notes, losses });
    const run: Step['run'] = ({ api }) => api.call('PATCH', `${PATH}/${present.id}`, only(taken, members));
    const update = step('resource server', name, 'update', { notes, losses, members, run });
    return unlessRefused(update, only(taken, members), takes(`${PATH}/{id}`, 'patch'));
  });
  if (!prune) return steps;
  const gone = remote.resourceServers.filter(
    (api) => api.is_system !== true && !wanted.some(({ identifier }) => identifier === api.identifier),
  );
  return [
    ...steps,
    ...gone.map(({ id, identifier }) =>
      step('resource server', identifier, 'delete', {
        run: ({ api }) => api.call('DELETE', `${PATH}/${id}`),
      }),
    ),
  ];
}
