import { z } from 'zod';
import type { ActionFile } from '../tenant-files/model.ts';
import { differing } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { secretsOf } from './secret-values.ts';
import { refuse, step, type Run, type Step } from './step.ts';

const PATH = '/actions/actions';
const TRIGGER = 'credentials-exchange';
const RUNTIME = 'node22';

const Made = z.object({ id: z.string() });

export function planActions(input: PlanInput): Step[] {
  const { files, remote, prune } = input;
  if (files.actions === undefined) return [];
  const steps = files.actions.map((file) => planAction(file, input));
  if (!prune) return steps;
  const wanted = files.actions;
  const gone = remote.actions.filter(({ name }) => !wanted.some((file) => file.name === name));
  return [
    ...steps,
    ...gone.map(({ id, name }) =>
      step('action', name, 'delete', {
        run: ({ api }) => api.call('DELETE', `${PATH}/${id}?force=true`),
      }),
    ),
  ];
}

function isOfTrigger(file: ActionFile): boolean {
  return file.supported_triggers.some(({ id }) => id === TRIGGER);
}

function planAction(file: ActionFile, { files, remote, secrets, takes }: PlanInput): Step {
  const { name, code, dependencies, supported_triggers, deployed } = file;
  if (!isOfTrigger(file)) {
    const triggers = supported_triggers.map(({ id }) => id).join(', ');
    return step('action', name, 'skip', { notes: [`it is of the trigger ${triggers}; hookmint runs ${TRIGGER}`] });
  }
  const alike = files.actions?.filter((other) => other.name === name && isOfTrigger(other)) ?? [];
  if (alike.length > 1) {
    return refuse(step('action', name, 'create'), [`name: ${String(alike.length)} Actions of the files have it`]);
  }
  const present = remote.actions.find((action) => action.name === name);
  const known = (present?.secrets ?? []).map((secret) => secret.name);
  const named = Object.fromEntries(file.secrets.map((secret) => [secret.name, secret.value]));
  const { given, missing } = secretsOf(name, named, secrets.actions.get(name), known);
  const secretList = Object.entries(given).map(([secret, value]) => ({ name: secret, value }));
  const wanted = {
    code,
    dependencies: dependencies.map((module) => ({ name: module.name, version: module.version })),
    supported_triggers,
    ...(file.hookmint === undefined ? {} : { hookmint: file.hookmint }),
  };
  const { notes, losses } = lostOf(file);
  const deployIfWanted = async ({ api, shaped, actionIds }: Run, id: string): Promise<void> => {
    if (deployed) await api.call('POST', `${PATH}/${id}/deploy`);
    actionIds.set(name, id);
    shaped.push({ kind: 'action', name, id });
  };
  if (present === undefined) {
    const body = { ...wanted, name, secrets: secretList };
    const run = async (of: Run): Promise<void> => {
      const { id } = await of.api.read(Made, 'POST', PATH, body);
      await deployIfWanted(of, id);
    };
    const create = step('action', name, 'create', {
      missingSecrets: missing,
      notes,
      losses,
      makes: `action ${name}`,
      run,
    });
    return unlessRefused(create, body, takes(PATH));
  }
  const actual = {
    ...present,
    dependencies: (present.dependencies ?? []).map((module) => ({ name: module.name, version: module.version })),
  };
  const undeployed = deployed && present.all_changes_deployed !== true;
  const gone = known.filter((secret) => !(secret in named));
  const members = [
    ...differing(wanted, actual),
    ...(secretList.length > 0 ? [`secrets ${Object.keys(given).join(', ')}`] : []),
    ...(gone.length > 0 ? [`without secrets ${gone.join(', ')}`] : []),
    ...(undeployed ? ['deployed'] : []),
  ];
  if (members.length === 0) {
    const run = ({ shaped, actionIds }: Run): Promise<void> => {
      actionIds.set(name, present.id);
      shaped.push({ kind: 'action', name, id: present.id });
      return Promise.resolve();
    };
    return step('action', name, 'keep', { missingSecrets: missing, notes, losses, run });
  }
  const kept = known.filter((secret) => secret in named && !(secret in given)).map((secret) => ({ name: secret }));
  const body = { ...wanted, secrets: [...kept, ...secretList] };
  const run = async (of: Run): Promise<void> => {
    await of.api.call('PATCH', `${PATH}/${present.id}`, body);
    await deployIfWanted(of, present.id);
  };
  const update = step('action', name, 'update', { members, missingSecrets: missing, notes, losses, run });
  return unlessRefused(update, body, takes(`${PATH}/{id}`, 'patch'));
}

/** What an Action was written for and does not find here. */
function lostOf({ runtime, modules, dependencies }: ActionFile): { notes: string[]; losses: string[] } {
  const elsewhere = dependencies.filter(({ registry_url }) => typeof registry_url === 'string' && registry_url !== '');
  return {
    notes:
      typeof runtime === 'string' && runtime !== RUNTIME
        ? [`it was written for ${runtime}; it will run on ${RUNTIME}`]
        : [],
    losses: [
      ...(Array.isArray(modules) && modules.length > 0 ? ['modules; hookmint has no Action modules'] : []),
      ...elsewhere
        .filter(({ registry_url }) => !/^https:\/\/registry\.npmjs\.org\/?$/.test(String(registry_url)))
        .map(({ name }) => `dependencies.registry_url of ${name}; HOOKMINT_NPM_REGISTRY names one for all`),
    ],
  };
}
