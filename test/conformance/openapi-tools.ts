import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonPackages } from '../support/python-packages.ts';

/** schemathesis, openapi-spec-validator and all they need. */
const REQUIREMENTS = fileURLToPath(new URL('openapi-requirements.txt', import.meta.url));

export type OpenapiTools = { schemathesis: string; specValidator: string };

/**
 * The tools from PyPI that check OpenAPI documents.
 *
 * @returns Why they cannot be had, where there is no Python of a version that they run on, or no PyPI.
 */
export function openapiTools(): OpenapiTools | { missing: string } {
  const packages = pythonPackages(REQUIREMENTS, 'openapi-tools');
  if ('missing' in packages) return packages;
  return { schemathesis: join(packages.bin, 'st'), specValidator: join(packages.bin, 'openapi-spec-validator') };
}
