import { z } from 'zod';
import type { ZodOpenApiOverride } from 'zod-openapi';

/** What the OpenAPI document says of a parameter: the value it stands for, and not how it is read from text. */
function inDocument(schema: object): ZodOpenApiOverride {
  return ({ jsonSchema }) => {
    for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
    Object.assign(jsonSchema, schema);
  };
}

/** `true` or `false` in a query. */
export const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .meta({ override: inDocument({ type: 'boolean' }) });

/** A whole number in a query. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .meta({ override: inDocument({ type: 'integer', minimum: min, maximum: max }) });
}

/** A parameter that may be given more than once. */
export function repeatable(max: number) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat())
    .pipe(z.array(z.string()).max(max))
    .meta({ override: inDocument({ type: 'array', items: { type: 'string' }, maxItems: max }) });
}

/** Which members of the answer are wanted, or not (contract §5.1). */
export const fieldsQuery = {
  fields: z
    .string()
    .regex(/^[a-zA-Z0-9_.]+(,[a-zA-Z0-9_.]+)*$/, 'must be names separated by commas')
    .optional(),
  include_fields: flag.optional(),
};
export type FieldsQuery = { fields?: string | undefined; include_fields?: boolean | undefined };

/** The part of a resource that was asked for by `fields`. */
export function withFields(resource: object, { fields, include_fields = true }: FieldsQuery): Record<string, unknown> {
  const names = fields === undefined ? undefined : new Set(fields.split(','));
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => names === undefined || names.has(name) === include_fields),
  );
}
