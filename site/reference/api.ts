import { openapiDocument } from '../../services/management/openapi/document.ts';
import { ROUTES } from '../../services/management/routes.ts';
import { code, FRONT, MADE, table } from './markdown.ts';

type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  default?: unknown;
  description?: string;
} & Partial<Record<(typeof BOUNDS)[number][0], number>>;

type Body = { content: Record<string, { schema: Schema }> };
type Operation = {
  summary: string;
  description?: string;
  tags: string[];
  parameters?: { in: string; name: string; required?: boolean; schema: Schema; description?: string }[];
  requestBody?: Body;
  responses: Record<string, { description: string } & Partial<Body>>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
type Call = Operation & { method: string; path: string };

const ISSUER = 'https://auth.example.com/';
/** Deeper members are told by their type alone. */
const MAX_DEPTH = 3;
const BOUNDS = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['minLength', 'from … characters'],
  ['maxLength', 'up to … characters'],
  ['minItems', 'from … entries'],
  ['maxItems', 'up to … entries'],
] as const;

const REF = '#/components/schemas/';

/** A page of each tag, by its source; the first is the list of all operations. */
export function apiPages(): Map<string, { title: string; text: string }> {
  // As it is served: without what JSON leaves out.
  const document = JSON.parse(JSON.stringify(openapiDocument(ROUTES, ISSUER))) as Document;
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Call => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const tags = [...new Set(calls.map(({ tags: [tag = ''] }) => tag))];
  const of = (tag: string): Call[] => calls.filter(({ tags }) => tags[0] === tag);
  const pages = tags.map((tag) => {
    const text = `${FRONT}# API: ${inWords(tag)}\n\n${of(tag)
      .map((call) => operation(call, document.components.schemas))
      .join('\n\n')}\n`;
    return [`reference/api/${tag}.md`, { title: inWords(tag), text }] as const;
  });
  return new Map([['reference/api.md', { title: 'API', text: overview(tags, of) }], ...pages]);
}

const inWords = (tag: string): string =>
  tag.replaceAll('-', ' ').replace('openapi', 'this description').replace('oauth', 'tokens');

function overview(tags: readonly string[], of: (tag: string) => Call[]): string {
  const lists = tags.map((tag) => {
    const rows = of(tag).map(({ method, path, summary }) => [
      code(`${method} ${path}`),
      `[${summary}](api/${tag}.md#${anchor(summary)})`,
    ]);
    return `## ${inWords(tag)}\n\n${table(['operation', 'what it does'], rows)}`;
  });
  return `# API

${MADE('the description that each hookmint serves at `/openapi.json`')}

All of it is at the address of the token endpoint. Operations below \`/api/v2\` take an access token for the audience \`${ISSUER}api/v2/\`, with one of the scopes that each names: [A client, by
curl](../docs/first-client.md) gets one. [What each scope gives](../SECURITY.md#what-each-scope-of-the-management-api-gives) says what it is worth. [Error codes](errors.md) has what is refused.

${lists.join('\n\n')}
`;
}

const anchor = (summary: string): string =>
  summary
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

function operation(call: Call, schemas: Record<string, Schema>): string {
  const { method, path, summary, description = '', parameters = [], requestBody, responses } = call;
  const parts = [`## ${summary}`, `\`\`\`http\n${method} ${path}\n\`\`\``, description];
  if (parameters.length > 0) {
    const rows = parameters.map(({ name, in: where, required, schema, description: says = '' }) => [
      code(name),
      where,
      told(schema, schemas),
      (required === true ? '**required** ' : '') + says,
    ]);
    parts.push(`### Parameters\n\n${table(['name', 'in', 'value', 'what it does'], rows)}`);
  }
  const body = requestBody === undefined ? undefined : Object.entries(requestBody.content)[0];
  if (requestBody !== undefined && body !== undefined) {
    const types = Object.keys(requestBody.content).map(code).join(' or ');
    parts.push(`### Body\n\n${types}\n\n${members(body[1].schema, schemas)}`);
  }
  const [ok] = Object.entries(responses).filter(([status]) => /^[23]/.test(status));
  const refusals = Object.keys(responses).filter((status) => /^[45]/.test(status));
  const [status = '', answer] = ok ?? [];
  const [schema] = Object.values(answer?.content ?? {}).map((media) => media.schema);
  parts.push(
    `### Answer\n\n\`${status}\`${refusals.length === 0 ? '' : `; refusals: ${refusals.map(code).join(', ')}`}`,
    ...(schema === undefined ? [] : [members(schema, schemas)]),
  );
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The members of an object, those within others by their path; of anything else what it is. */
function members(schema: Schema, schemas: Record<string, Schema>): string {
  const rows = rowsOf(schema, schemas, '', 0);
  return rows.length === 0 ? told(schema, schemas) : table(['member', 'value', 'what it does'], rows);
}

function rowsOf(given: Schema, schemas: Record<string, Schema>, prefix: string, depth: number): string[][] {
  const schema = resolved(given, schemas);
  const choices = (schema.anyOf ?? schema.oneOf)?.filter(({ type }) => type !== 'null');
  if (choices !== undefined) {
    const [only] = choices;
    return choices.length === 1 && only !== undefined ? rowsOf(only, schemas, prefix, depth) : [];
  }
  if (schema.items !== undefined) return rowsOf(schema.items, schemas, `${prefix}[]`, depth);
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const needed = schema.required?.includes(name) === true && depth === 0 ? '**required** ' : '';
    const own = [code(path), told(member, schemas), needed + (resolved(member, schemas).description ?? '')];
    return [own, ...(depth < MAX_DEPTH ? rowsOf(member, schemas, path, depth + 1) : [])];
  });
}

function resolved(schema: Schema, schemas: Record<string, Schema>): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  return { ...schemas[$ref.slice(REF.length)], ...own };
}

/** What a value is, in a few words: type, choices, bounds, default. */
function told(given: Schema, schemas: Record<string, Schema>): string {
  const schema = resolved(given, schemas);
  const parts = [typeOf(schema, schemas)];
  for (const [bound, words] of BOUNDS) {
    const value = schema[bound];
    if (value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER) continue;
    const number = value.toLocaleString('en-US');
    parts.push(words.includes('…') ? words.replace('…', number) : `${words} ${number}`);
  }
  if (schema.default !== undefined) parts.push(`default ${code(JSON.stringify(schema.default))}`);
  return parts.join(', ');
}

function typeOf(schema: Schema, schemas: Record<string, Schema>): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => told(choice, schemas)))].join(' or ');
  if (schema.items !== undefined) return `array of ${told(schema.items, schemas)}`;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  return schema.type ?? 'any';
}
