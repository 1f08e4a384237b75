import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sanitize from 'sanitize-filename';
import type { TenantFiles } from './model.ts';

/** Writes the directory form (contract §7), as `auth0-deploy-cli` does. Files of resources that are gone stay. */
export function writeFolder(root: string, files: TenantFiles, clientNames: ReadonlyMap<string, string>): string[] {
  const written: string[] = [];
  const write = (path: string[], content: string): void => {
    const file = join(root, ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    written.push(join(...path));
  };
  const writeJson = (path: string[], value: unknown): void => write(path, `${JSON.stringify(value, null, 2)}\n`);

  for (const { script, ...hook } of files.hooks ?? []) {
    const name = fileName(hook.name);
    write(['hooks', `${name}.js`], script);
    writeJson(['hooks', `${name}.json`], { ...hook, script: `./${name}.js` });
  }
  for (const { code, ...action } of files.actions ?? []) {
    const name = fileName(action.name);
    write(['actions', name, 'code.js'], code);
    writeJson(['actions', `${name}.json`], { ...action, code: `./actions/${name}/code.js` });
  }
  for (const api of files.resourceServers ?? [])
    writeJson(['resource-servers', `${fileName(api.name ?? api.identifier)}.json`], api);
  for (const client of files.clients ?? []) writeJson(['clients', `${fileName(client.name)}.json`], client);
  const apiNames = new Map(files.resourceServers?.map(({ identifier, name }) => [identifier, name ?? identifier]));
  for (const grant of files.clientGrants ?? []) {
    const client = clientNames.get(grant.client_id) ?? grant.client_id;
    const name = fileName(`${client}-${apiNames.get(grant.audience) ?? grant.audience}`);
    writeJson(['grants', `${name}.json`], { ...grant, client_id: client });
  }
  if (files.triggers !== undefined) writeJson(['triggers', 'triggers.json'], files.triggers);
  if (files.tenant !== undefined) writeJson(['tenant.json'], files.tenant);
  return written;
}

const fileName = (name: string): string => sanitize(name, { replacement: '-' });
