import type { DifferenceGroup } from '../api/changes.ts';

/** In the order in which they matter: who gets no token is first. */
export const DIFFERENCES: readonly (readonly [kind: DifferenceGroup['kind'], sign: string, words: string])[] = [
  ['denied', '✕', 'Denied'],
  ['failed', '✕', 'Failed'],
  ['refused_otherwise', '±', 'Refused for another reason'],
  ['issued', '✓', 'Issued, where it was refused'],
  ['claim_removed', '−', 'Claim removed'],
  ['scope_removed', '−', 'Scope removed'],
  ['dropped', '⚠', 'Left out of the token'],
  ['claim_changed', '±', 'Claim changed'],
  ['claim_added', '+', 'Claim added'],
  ['scope_added', '+', 'Scope added'],
  ['slower', '◷', 'Slower'],
];

const MAX_EXAMPLES = 3;

type Groups = { groups: readonly DifferenceGroup[]; others: number };

/** Of a rehearsal in several parts all that differs: one group of each kind and thing. */
export function mergedGroups(a: Groups, b: Groups): Groups {
  const groups = new Map(a.groups.map((group) => [keyOf(group), group]));
  for (const group of b.groups) {
    const before = groups.get(keyOf(group));
    groups.set(keyOf(group), before === undefined ? group : merged(before, group));
  }
  return {
    groups: [...groups.values()].sort((one, other) => other.requests - one.requests),
    others: a.others + b.others,
  };
}

const keyOf = ({ kind, what }: DifferenceGroup): string => JSON.stringify([kind, what]);

function merged(a: DifferenceGroup, b: DifferenceGroup): DifferenceGroup {
  const clients = new Map<string, number>();
  for (const { client_id, requests } of [...a.clients, ...b.clients])
    clients.set(client_id, (clients.get(client_id) ?? 0) + requests);
  return {
    ...a,
    requests: a.requests + b.requests,
    clients: [...clients].map(([client_id, requests]) => ({ client_id, requests })),
    examples: [...a.examples, ...b.examples].slice(0, MAX_EXAMPLES),
  };
}

export const counted = (count: number, one: string): string =>
  `${count.toLocaleString()} ${one}${count === 1 ? '' : 's'}`;
