import { accepted } from './losses.ts';
import { differing, only, without } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { refuse, step, type Step } from './step.ts';

const PATH = '/client-assertion-issuers';

/** hookmint's own kind. Where the files have none, those that are there stay. */
export function planClientAssertionIssuers({ files, remote, takes, prune }: PlanInput): Step[] {
  const wanted = files.clientAssertionIssuers;
  if (wanted === undefined) return [];
  const steps = wanted.map((file): Step => {
    const { name, issuer } = file;
    const alike = wanted.filter((one) => one.issuer === issuer);
    if (alike.length > 1) {
      return refuse(step('client assertion issuer', name, 'create', { makes: `issuer ${issuer}` }), [
        `issuer: ${String(alike.length)} issuers of the files have it`,
      ]);
    }
    const { taken, notes, losses } = accepted(without(file, ['id']), takes(PATH));
    const present = remote.clientAssertionIssuers.find((one) => one.issuer === issuer);
    if (present === undefined) {
      const run: Step['run'] = ({ api }) => api.call('POST', PATH, taken);
      const create = step('client assertion issuer', name, 'create', { notes, losses, makes: `issuer ${issuer}`, run });
      return unlessRefused(create, taken, takes(PATH));
    }
    const members = differing(without(taken, ['issuer']), present);
    if (members.length === 0) return step('client assertion issuer', name, 'keep', { notes, losses });
    const run: Step['run'] = ({ api }) => api.call('PATCH', `${PATH}/${present.id}`, only(taken, members));
    const update = step('client assertion issuer', name, 'update', { notes, losses, members, run });
    return unlessRefused(update, only(taken, members), takes(`${PATH}/{id}`, 'patch'));
  });
  if (!prune) return steps;
  const gone = remote.clientAssertionIssuers.filter((one) => !wanted.some(({ issuer }) => issuer === one.issuer));
  return [
    ...steps,
    ...gone.map(({ id, issuer }) =>
      step('client assertion issuer', issuer, 'delete', { run: ({ api }) => api.call('DELETE', `${PATH}/${id}`) }),
    ),
  ];
}
