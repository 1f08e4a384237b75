import type { Client } from '../../api/clients.ts';
import { changedClaims, claimsText } from '../../parts/claims-field.tsx';

export const SECRET_METHODS = ['client_secret_post', 'client_secret_basic', 'none'] as const;
export type SecretMethod = (typeof SECRET_METHODS)[number];
export type MetadataRow = readonly [name: string, value: string];

/** A client as somebody edits it: numbers are what was written. */
export type ClientDraft = {
  name: string;
  /** `undefined` for one that authenticates by a key. */
  method: SecretMethod | undefined;
  mustProve: boolean;
  perHour: string;
  perDay: string;
  metadata: readonly MetadataRow[];
  claims: string;
  /** Identifier of the API that the client is; nothing for none. */
  itsApi: string;
};

export function draftOf(client: Client): ClientDraft {
  const { per_hour, per_day } = client.token_quota?.client_credentials ?? {};
  return {
    name: client.name ?? '',
    method: client.token_endpoint_auth_method ?? undefined,
    mustProve: client.require_proof_of_possession ?? false,
    perHour: per_hour?.toString() ?? '',
    perDay: per_day?.toString() ?? '',
    metadata: Object.entries(client.client_metadata ?? {}),
    claims: claimsText(client.claims),
    itsApi: client.resource_server_identifier ?? '',
  };
}

/** What an update has to say; the API has the last word on what may be said. */
export function changesOf(client: Client, draft: ClientDraft): object {
  const before = draftOf(client);
  return {
    ...(draft.name === before.name ? {} : { name: draft.name }),
    ...(draft.method === before.method ? {} : { token_endpoint_auth_method: draft.method }),
    ...(draft.mustProve === before.mustProve ? {} : { require_proof_of_possession: draft.mustProve }),
    ...(draft.perHour === before.perHour && draft.perDay === before.perDay
      ? {}
      : { token_quota: quotaOf(client, draft) }),
    ...metadataOf(before.metadata, draft.metadata),
    ...changedClaims(before.claims, draft.claims),
    ...(draft.itsApi === before.itsApi
      ? {}
      : { resource_server_identifier: draft.itsApi === '' ? null : draft.itsApi }),
  };
}

function quotaOf(client: Client, { perHour, perDay }: ClientDraft): object | null {
  if (perHour.trim() === '' && perDay.trim() === '') return null;
  const { enforce } = client.token_quota?.client_credentials ?? {};
  return {
    client_credentials: {
      ...(enforce === undefined ? {} : { enforce }),
      ...(perHour.trim() === '' ? {} : { per_hour: numberIn(perHour) }),
      ...(perDay.trim() === '' ? {} : { per_day: numberIn(perDay) }),
    },
  };
}

/** What is no number is sent as it is, for the API to say so. */
const numberIn = (text: string): number | string => (/^\s*-?\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : text);

/** `null` takes an entry away. */
function metadataOf(before: readonly MetadataRow[], after: readonly MetadataRow[]): object {
  const now = new Map(after.filter(([name, value]) => name !== '' || value !== ''));
  const was = new Map(before);
  const gone = [...was.keys()].filter((name) => !now.has(name)).map((name) => [name, null] as const);
  const news = [...now].filter(([name, value]) => was.get(name) !== value);
  if (gone.length + news.length === 0) return {};
  return { client_metadata: Object.fromEntries([...gone, ...news]) };
}
