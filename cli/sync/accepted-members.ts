import { z } from 'zod';
import type { ApiClient } from '../api-client.ts';

const Schema = z.object({ $ref: z.string().optional(), properties: z.record(z.string(), z.unknown()).optional() });
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), Schema).optional() }).optional(),
});
const Operation = z.object({
  requestBody: z.object({ content: z.object({ 'application/json': z.object({ schema: Schema }) }) }),
});

/**
 * Which members the API takes when it makes a resource, by its own description; `undefined` where it does not say. Exports hold
 * members of every product that Auth0 has, and what is not taken is better left out by name than refused.
 */
export async function acceptedMembers(api: ApiClient): Promise<(path: string) => ReadonlySet<string> | undefined> {
  const { data: document } = Document.safeParse(await api.describe());
  return (path) => {
    const item = Object.entries(document?.paths ?? {}).find(
      ([name]) => name === path || name === `/api/v2${path}`,
    )?.[1];
    const { data: operation } = Operation.safeParse(item?.post);
    const schema = operation?.requestBody.content['application/json'].schema;
    const named = schema?.$ref?.split('/').at(-1);
    const resolved = named === undefined ? schema : document?.components?.schemas?.[named];
    return resolved?.properties === undefined ? undefined : new Set(Object.keys(resolved.properties));
  };
}
