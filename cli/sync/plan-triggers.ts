import isEqual from 'lodash/isEqual.js';
import type { PlanInput } from './plan-input.ts';
import { step, type Run, type Step } from './step.ts';

const TRIGGER = 'credentials-exchange';

/**
 * The Actions that run at each trigger, in their order. One that is nowhere, as those of the marketplace, which no export holds, is a
 * loss, and the others are bound.
 *
 * @param actions The steps of the files' Actions.
 */
export function planTriggers({ files, remote, prune }: PlanInput, actions: readonly Step[]): Step[] {
  const isGone = (name: string): boolean => {
    const own = actions.find((action) => action.name === name && action.does !== 'delete');
    if (own !== undefined) return own.does === 'skip';
    return (prune && files.actions !== undefined) || !remote.actions.some((action) => action.name === name);
  };
  return Object.entries(files.triggers ?? {}).flatMap(([trigger, bindings]): Step[] => {
    if (trigger !== TRIGGER) {
      const note = `hookmint runs ${TRIGGER}`;
      return bindings.length === 0 ? [] : [step('trigger', trigger, 'skip', { notes: [note] })];
    }
    const losses = bindings
      .filter(({ action_name }) => isGone(action_name))
      .map(({ action_name }) => {
        const why = files.actions?.some(({ name }) => name === action_name)
          ? 'not made'
          : 'neither in the files nor in hookmint';
        return `bindings: the Action ${action_name} is ${why}; the others are bound`;
      });
    const wanted = bindings
      .filter(({ action_name }) => !isGone(action_name))
      .map(({ action_name, display_name = action_name }) => ({ action_name, display_name }));
    if (isEqual(wanted, remote.boundActions)) return [step('trigger', trigger, 'keep', { losses })];
    const run = async ({ api }: Run): Promise<void> => {
      const refs = wanted.map(({ action_name, display_name }) => ({
        ref: { type: 'action_name', value: action_name },
        display_name,
      }));
      await api.call('PATCH', `/actions/triggers/${trigger}/bindings`, { bindings: refs });
    };
    const needs = wanted.map(({ action_name }) => `action ${action_name}`);
    return [step('trigger', trigger, 'update', { members: ['bindings'], losses, needs, run })];
  });
}
