import kebabCase from 'lodash/kebabCase.js';
import { z } from 'zod';
import type { HookFile } from '../tenant-files/model.ts';
import { differing, only } from './members.ts';
import type { PlanInput } from './plan-input.ts';
import { unlessRefused } from './refusals.ts';
import { secretsOf } from './secret-values.ts';
import { refuse, step, type Run, type Step } from './step.ts';

const PATH = '/hooks';
const TRIGGER = 'credentials-exchange';

const Made = z.object({ id: z.string() });

export function planHooks(input: PlanInput): Step[] {
  const { files, remote, prune } = input;
  if (files.hooks === undefined) return [];
  const steps = files.hooks.map((file) => planHook(file, input));
  const enabled = files.hooks.filter((file) => file.triggerId === TRIGGER && file.enabled);
  if (enabled.length > 1) {
    for (const one of steps.filter(({ name }) => enabled.some((file) => file.name === name)))
      one.notes.push(`${String(enabled.length)} hooks are enabled in the files; the last one will be`);
  }
  if (!prune) return steps;
  const wanted = files.hooks;
  const gone = remote.hooks.filter((hook) => !wanted.some((file) => kebabCase(file.name) === hook.name));
  return [
    ...steps,
    ...gone.map(({ id, name }) =>
      step('hook', name, 'delete', { run: ({ api }) => api.call('DELETE', `${PATH}/${id}`) }),
    ),
  ];
}

function planHook(file: HookFile, { files, remote, secrets, takes }: PlanInput): Step {
  const { name, script, dependencies, enabled, triggerId } = file;
  if (triggerId !== TRIGGER) {
    return step('hook', name, 'skip', { notes: [`it is of the trigger ${triggerId}; hookmint runs ${TRIGGER}`] });
  }
  // As the server makes it of any name (contract §5.1).
  const alike = files.hooks?.filter((other) => other !== file && kebabCase(other.name) === kebabCase(name)) ?? [];
  if (alike.length > 0) {
    const others = alike.map((other) => other.name).join(', ');
    return refuse(step('hook', name, 'create'), [
      `name: it is ${kebabCase(name)} in hookmint, as is that of ${others}`,
    ]);
  }
  const present = remote.hooks.find((hook) => hook.name === kebabCase(name));
  const { given, missing } = secretsOf(name, file.secrets, secrets.hooks.get(name), present?.secretNames);
  const wanted = {
    script,
    dependencies,
    enabled,
    ...(file.hookmint === undefined ? {} : { hookmint: file.hookmint }),
  };
  const replaced = enabled ? remote.hooks.find((hook) => hook.enabled === true && hook.id !== present?.id) : undefined;
  const notes = replaced === undefined ? [] : [`it is enabled in the place of ${replaced.name}`];
  if (present === undefined) {
    // In one call: no token is ever shaped by a revision that lacks its secrets, nor is there one to roll back to.
    const hookmint = { ...(file.hookmint as object | undefined), secrets: given };
    const body = { ...wanted, name, triggerId, hookmint };
    const run = async (of: Run): Promise<void> => {
      const { id } = await of.api.read(Made, 'POST', PATH, body);
      of.shaped.push({ kind: 'hook', name, id });
    };
    const create = step('hook', name, 'create', { missingSecrets: missing, run, notes });
    return unlessRefused(create, body, takes(PATH));
  }
  const members = differing(wanted, present);
  const gone = present.secretNames.filter((secret) => !Object.hasOwn(file.secrets, secret));
  const changes = [
    ...members,
    ...(Object.keys(given).length > 0 ? [`secrets ${Object.keys(given).join(', ')}`] : []),
    ...(gone.length > 0 ? [`without secrets ${gone.join(', ')}`] : []),
  ];
  const tried = ({ shaped }: Run): Promise<unknown> =>
    Promise.resolve(shaped.push({ kind: 'hook', name, id: present.id }));
  if (changes.length === 0) {
    return step('hook', name, 'keep', { missingSecrets: missing, run: tried });
  }
  const run = async (of: Run): Promise<void> => {
    const path = `${PATH}/${present.id}`;
    const entries = Object.entries(given);
    const isKnown = ([secret]: [string, string]): boolean => present.secretNames.includes(secret);
    const [changed, added] = [entries.filter(isKnown), entries.filter((entry) => !isKnown(entry))];
    if (changed.length > 0) await of.api.call('PATCH', `${path}/secrets`, Object.fromEntries(changed));
    if (added.length > 0) await of.api.call('POST', `${path}/secrets`, Object.fromEntries(added));
    if (members.length > 0) await of.api.call('PATCH', path, only(wanted, members));
    if (gone.length > 0) await of.api.call('DELETE', `${path}/secrets`, gone);
    await tried(of);
  };
  const update = step('hook', name, 'update', { members: changes, missingSecrets: missing, run, notes });
  return unlessRefused(update, only(wanted, members), takes(`${PATH}/{id}`, 'patch'));
}
