import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.ts';

/**
 * Makes src/api/openapi.d.ts of the API's own description.
 *   node console/openapi.ts        writes it
 */
const FILE = fileURLToPath(new URL('src/api/openapi.d.ts', import.meta.url));
/** Of the description only; no type depends on it. */
const ISSUER = 'https://hookmint.example/';

/** The types that the description makes, as text. */
export async function openapiTypes(): Promise<string> {
  ensureInstalled();
  const [{ default: openapiTS, astToString }, { openapiDocument }, { ROUTES }] = await Promise.all([
    import('openapi-typescript'),
    import('../services/management/openapi/document.ts'),
    import('../services/management/routes.ts'),
  ]);
  const description = JSON.parse(JSON.stringify(openapiDocument(ROUTES, ISSUER))) as Parameters<typeof openapiTS>[0];
  return astToString(await openapiTS(description));
}

if (import.meta.main) writeFileSync(FILE, await openapiTypes());
