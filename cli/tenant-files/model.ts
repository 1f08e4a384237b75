import { z } from 'zod';
import { DefaultTokenQuota, TokenQuota } from '../../shared/domain/token-quota.ts';

/** What stands in an export where a secret was. */
export const SECRET_NOT_SHOWN = '_VALUE_NOT_SHOWN_';

const text = z.string().min(1);

/** With what is said where nothing is, as the API keeps it and shows it; what it does not take is for it to refuse. */
function asKept<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.unknown()]).optional();
}

export const HookFile = z.looseObject({
  name: text,
  /** The code itself, once the file is read. */
  script: z.string(),
  triggerId: text,
  enabled: z.boolean().default(false),
  dependencies: z.record(z.string(), z.string()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
});
export type HookFile = z.infer<typeof HookFile>;

export const ActionFile = z.looseObject({
  name: text,
  code: z.string(),
  supported_triggers: z.array(z.looseObject({ id: text })).default([]),
  dependencies: z.array(z.looseObject({ name: text, version: z.string() })).default([]),
  secrets: z.array(z.looseObject({ name: text, value: z.string().optional() })).default([]),
  deployed: z.boolean().default(false),
});
export type ActionFile = z.infer<typeof ActionFile>;

export const ClientFile = z.looseObject({
  name: text,
  client_id: z.string().optional(),
  app_type: z.string().optional(),
  grant_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().nullable().optional(),
  token_quota: asKept(TokenQuota),
});
export type ClientFile = z.infer<typeof ClientFile>;

/** Whether the client may use the one grant there is: other applications of a tenant have no use for hookmint. */
export function isMachineToMachine(file: ClientFile): boolean {
  const { grant_types, app_type, token_endpoint_auth_method, subject_tokens } = file;
  if (token_endpoint_auth_method === 'none') return false;
  // hookmint's own: it acts for others.
  if (Array.isArray(subject_tokens)) return true;
  return grant_types === undefined
    ? app_type === undefined || app_type === 'non_interactive'
    : grant_types.includes('client_credentials');
}

export const ResourceServerFile = z.looseObject({ identifier: text, name: z.string().optional() });
export type ResourceServerFile = z.infer<typeof ResourceServerFile>;

/** hookmint's own: an issuer whose tokens authenticate clients. */
export const ClientAssertionIssuerFile = z.looseObject({ issuer: text, name: text });
export type ClientAssertionIssuerFile = z.infer<typeof ClientAssertionIssuerFile>;

export const ClientGrantFile = z.looseObject({
  /** A client's name, or its id. */
  client_id: text,
  audience: text,
  scope: z.array(z.string()).default([]),
});
export type ClientGrantFile = z.infer<typeof ClientGrantFile>;

/** Actions of each trigger, in their order. */
export const TriggersFile = z.record(
  z.string(),
  z.array(z.looseObject({ action_name: text, display_name: z.string().optional() })),
);
export type TriggersFile = z.infer<typeof TriggersFile>;

export const TenantFile = z.looseObject({
  default_audience: z.string().nullable().optional(),
  default_token_quota: asKept(DefaultTokenQuota),
});
export type TenantFile = z.infer<typeof TenantFile>;

/** A tenant as `auth0-deploy-cli` keeps it in files (contract §7). A kind that is absent is not touched. */
export const TenantFiles = z.object({
  resourceServers: z.array(ResourceServerFile).optional(),
  clientAssertionIssuers: z.array(ClientAssertionIssuerFile).optional(),
  clients: z.array(ClientFile).optional(),
  clientGrants: z.array(ClientGrantFile).optional(),
  hooks: z.array(HookFile).optional(),
  actions: z.array(ActionFile).optional(),
  triggers: TriggersFile.optional(),
  tenant: TenantFile.optional(),
});
export type TenantFiles = z.infer<typeof TenantFiles>;

/** What was read, and what else the files hold that hookmint cannot store: connections, rules, pages and so on. */
export type TenantExport = { files: TenantFiles; ignored: string[] };
