import type { TenantFiles } from '../tenant-files/model.ts';
import type { Takes } from './accepted-members.ts';
import type { Remote } from './remote.ts';
import type { SecretValues } from './secret-values.ts';

export type PlanInput = {
  files: TenantFiles;
  remote: Remote;
  secrets: SecretValues;
  takes: Takes;
  /** Whether to delete what the files do not have, for the kinds that the files have. */
  prune: boolean;
};
