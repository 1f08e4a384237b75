import type { DifferenceExample, DifferenceGroup, DifferenceKind } from '../../shared/domain/run-difference.ts';

const WORDS: Readonly<Record<DifferenceKind, string>> = {
  claim_added: 'claim added',
  claim_removed: 'claim removed',
  claim_changed: 'claim changed',
  scope_added: 'scope added',
  scope_removed: 'scope removed',
  denied: 'denied',
  failed: 'failed',
  issued: 'issued, where it was refused',
  refused_otherwise: 'refused for another reason',
  dropped: 'left out of the token',
  slower: 'slower',
};
const MAX_CLIENTS_SHOWN = 10;

/** Groups of differences for people: of each what, of whom, and examples. */
export function linesOfGroups(groups: readonly DifferenceGroup[], others: number): string[] {
  return [
    ...groups.flatMap(({ kind, what, requests, clients, examples }) => [
      `  ${WORDS[kind]}: ${what}`,
      ...(clients.length === 0
        ? []
        : [`    ${plural(requests, 'request')} of ${plural(clients.length, 'client')}: ${namesOf(clients)}`]),
      ...examples.map((example) => `    ${exampleLine(example)}`),
    ]),
    ...(others === 0 ? [] : [`  and ${plural(others, 'difference')} of other kinds`]),
  ];
}

function namesOf(clients: DifferenceGroup['clients']): string {
  const shown = clients.slice(0, MAX_CLIENTS_SHOWN).map(({ client_id }) => client_id);
  return [...shown, ...(clients.length > shown.length ? ['…'] : [])].join(', ');
}

function exampleLine({ date, client_id, audience, id, before, after }: DifferenceExample): string {
  const values = [before, after].filter((value) => value !== undefined).join(' -> ');
  return [date, `${client_id} -> ${audience}`, id, ...(values === '' ? [] : [values])].join('  ');
}

const plural = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;
