import type { AcceptedFields } from './accepted-field.ts';
import { clientGrants, resourceServers } from './apis.ts';
import { clientAssertionIssuers, clientCredentials, clients, revokeTokens, rotateSecret } from './clients.ts';
import {
  actionDryRun,
  actionRehearsals,
  actions,
  actionTest,
  actionVersionDeploy,
  bindings,
  endOfGradualDeployment,
  gradualDeployment,
  hookDeploy,
  hookDryRun,
  hookRehearsals,
  hookRevisions,
  hooks,
  hookSecrets,
  hookShadow,
  hookUnsavedDryRun,
} from './hooks.ts';
import { consoleLinks } from './console.ts';
import { tenantSettings } from './tenant.ts';

/**
 * Every field that the API takes, by the resource (`resourceOf`) and the path of the field, with what it does and the test that
 * shows it. A test compares it with the schemas of all operations: no setting is ever stored and ignored.
 */
export const ACCEPTED_FIELDS: Readonly<Record<string, AcceptedFields>> = {
  'resource-servers': resourceServers,
  'client-grants': clientGrants,
  clients,
  'clients/credentials': clientCredentials,
  'client-assertion-issuers': clientAssertionIssuers,
  'clients/rotate-secret': rotateSecret,
  'clients/revoke-tokens': revokeTokens,
  'tenants/settings': tenantSettings,
  hooks,
  'hooks/dry-run': hookUnsavedDryRun,
  'hooks/secrets': hookSecrets,
  'hooks/revisions': hookRevisions,
  'hooks/revisions/dry-run': hookDryRun,
  'hooks/revisions/deploy': hookDeploy,
  'hooks/rehearsals': hookRehearsals,
  'hooks/shadow': hookShadow,
  'hooks/gradual-deployment': gradualDeployment,
  'hooks/gradual-deployment/promote': endOfGradualDeployment,
  'hooks/gradual-deployment/return': endOfGradualDeployment,
  'actions/actions': actions,
  'actions/actions/versions/deploy': actionVersionDeploy,
  'actions/actions/dry-run': actionDryRun,
  'actions/actions/rehearsals': actionRehearsals,
  'actions/actions/test': actionTest,
  'actions/triggers/bindings': bindings,
  'console/links': consoleLinks,
};
