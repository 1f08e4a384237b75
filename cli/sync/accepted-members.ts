import { z } from 'zod';
import type { ApiClient } from '../api-client.ts';

/** What the API's description says of a value that it takes, in JSON Schema; named is what tells what would be lost. */
export type MemberSchema = {
  $ref?: string | undefined;
  description?: string | undefined;
  properties?: Record<string, MemberSchema> | undefined;
  additionalProperties?: MemberSchema | boolean | undefined;
  anyOf?: MemberSchema[] | undefined;
  required?: string[] | undefined;
  type?: unknown;
  const?: unknown;
  enum?: unknown[] | undefined;
  not?: unknown;
  maxItems?: number | undefined;
};

const Schema: z.ZodType<MemberSchema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), Schema).optional(),
    additionalProperties: z.union([z.boolean(), Schema]).optional(),
    anyOf: z.array(Schema).optional(),
    required: z.array(z.string()).optional(),
    type: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    not: z.unknown().optional(),
    maxItems: z.number().optional(),
  }),
);
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), Schema).optional() }).optional(),
});
const Operation = z.object({
  requestBody: z.object({ content: z.object({ 'application/json': z.object({ schema: Schema }) }) }),
});

/** Of a body, by the path of its operation; `undefined` where the API does not say. */
export type Takes = (path: string, method?: 'post' | 'patch') => MemberSchema | undefined;

/**
 * Which members the API takes, by its own description. Exports hold members of every product that Auth0 has, and what is not taken
 * is better left out by name than refused.
 */
export async function acceptedMembers(api: ApiClient): Promise<Takes> {
  const { data: document } = Document.safeParse(await api.describe());
  return (path, method = 'post') => {
    const item = Object.entries(document?.paths ?? {}).find(
      ([name]) => name === path || name === `/api/v2${path}`,
    )?.[1];
    const { data: operation } = Operation.safeParse(item?.[method]);
    const schema = operation?.requestBody.content['application/json'].schema;
    const named = schema?.$ref?.split('/').at(-1);
    const resolved = named === undefined ? schema : document?.components?.schemas?.[named];
    return resolved?.properties === undefined ? undefined : resolved;
  };
}
