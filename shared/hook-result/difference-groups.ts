import {
  MAX_DIFFERENCE_GROUPS,
  MAX_GROUP_CLIENTS,
  MAX_GROUP_EXAMPLES,
  MAX_RUN_DIFFERENCES,
  type DifferenceExample,
  type DifferenceGroup,
  type RunDifference,
} from '../domain/run-difference.ts';

type Group = Omit<DifferenceGroup, 'clients'> & { clients: Map<string, number> };

/** A code may fail in another way each time: of so many clients a group knows. */
const MAX_CLIENTS_KNOWN = 10_000;

/** Groups differences by their kind and what they are in. */
export function createDifferenceGroups() {
  const groups = new Map<string, Group>();
  let others = 0;

  function groupOf({ kind, what }: Pick<RunDifference, 'kind' | 'what'>): Group | undefined {
    const key = JSON.stringify([kind, what]);
    let group = groups.get(key);
    if (group === undefined && groups.size < MAX_DIFFERENCE_GROUPS) {
      group = { kind, what, requests: 0, clients: new Map(), examples: [] };
      groups.set(key, group);
    }
    return group;
  }

  function addClient({ clients }: Group, clientId: string, requests: number): void {
    if (clients.has(clientId) || clients.size < MAX_CLIENTS_KNOWN)
      clients.set(clientId, (clients.get(clientId) ?? 0) + requests);
  }

  return {
    add: (request: Omit<DifferenceExample, 'before' | 'after'>, differences: readonly RunDifference[]): void => {
      others += Math.max(0, differences.length - MAX_RUN_DIFFERENCES);
      for (const { kind, what, ...values } of differences.slice(0, MAX_RUN_DIFFERENCES)) {
        const group = groupOf({ kind, what });
        if (group === undefined) {
          others++;
          continue;
        }
        group.requests++;
        addClient(group, request.client_id, 1);
        // One of each client before a second one of any.
        const isNew = group.examples.every(({ client_id }) => client_id !== request.client_id);
        if (isNew && group.examples.length < MAX_GROUP_EXAMPLES) group.examples.push({ ...request, ...values });
      }
    },
    /** Takes what others have grouped. */
    merge: (other: { groups: readonly DifferenceGroup[]; others: number }): void => {
      others += other.others;
      for (const { clients, examples, requests, ...of } of other.groups) {
        const group = groupOf(of);
        if (group === undefined) {
          others += requests;
          continue;
        }
        group.requests += requests;
        for (const one of clients) addClient(group, one.client_id, one.requests);
        group.examples = [...group.examples, ...examples].slice(0, MAX_GROUP_EXAMPLES);
      }
    },
    /** Those with the most requests first; `others`: differences of groups that are too many. */
    told: (): { groups: DifferenceGroup[]; others: number } => ({
      others,
      groups: [...groups.values()]
        .sort((a, b) => b.requests - a.requests)
        .map(({ clients, ...group }) => ({
          ...group,
          clients: [...clients]
            .sort(([, a], [, b]) => b - a)
            .slice(0, MAX_GROUP_CLIENTS)
            .map(([client_id, requests]) => ({ client_id, requests })),
        })),
    }),
  };
}
