import { accepted, differing, leftOutNote, only, without } from './members.ts';
import type { PlanInput } from './plan.ts';
import { step, type Step } from './step.ts';

const PATH = '/resource-servers';
const SERVERS_OWN = ['id', 'is_system', 'client_id', 'signing_secret'];

export function planResourceServers({ files, remote, takes, prune }: PlanInput): Step[] {
  const wanted = files.resourceServers;
  if (wanted === undefined) return [];
  const steps = wanted.map((file): Step => {
    const { taken, leftOut } = accepted(without(file, SERVERS_OWN), takes(PATH));
    const name = file.name ?? file.identifier;
    const notes = leftOutNote(leftOut);
    const present = remote.resourceServers.find(({ identifier }) => identifier === file.identifier);
    if (present === undefined) {
      return step('resource server', name, 'create', {
        notes,
        run: ({ api }) => api.call('POST', PATH, taken),
      });
    }
    const members = differing(without(taken, ['identifier']), present);
    if (members.length === 0) return step('resource server', name, 'keep', { notes });
    const run: Step['run'] = ({ api }) => api.call('PATCH', `${PATH}/${present.id}`, only(taken, members));
    return step('resource server', name, 'update', { notes, members, run });
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
