import { z } from 'zod';
import { KEPT_HEADERS } from '../../shared/domain/webhooks/wso2.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { readJsonFile } from '../json-file.ts';
import type { ForeignFiles, ForeignHook } from './foreign-hook.ts';
import { KEY_SECRET, webhookFile } from './webhook-file.ts';

/** WSO2's own limit of an answer. */
const WALL_MS = 5_000;
const TYPE = 'PRE_ISSUE_ACCESS_TOKEN';
const USER_SECRET = 'HOOK_USERNAME';

/** `GET /api/server/v1/actions/preIssueAccessToken/{id}`. */
const Action = z.object({
  name: z.string(),
  type: z.string().default(TYPE),
  status: z.string().optional(),
  endpoint: z.object({
    uri: z.string(),
    authentication: z.object({ type: z.string() }).default({ type: 'NONE' }),
    allowedHeaders: z.array(z.string()).default([]),
    allowedParameters: z.array(z.string()).default([]),
  }),
  rule: z.unknown().optional(),
});

/** `GET /api/server/v1/actions/preIssueAccessToken`: what there is, without the endpoints. */
const List = z.array(z.object({ name: z.string(), links: z.array(z.object({ href: z.string() })).default([]) }));

/** @throws {UsageError} */
export function readWso2Webhook(file: string, { keyHeader }: ForeignFiles): ForeignHook {
  const { name, type, status, endpoint, rule } = actionIn(file);
  if (type !== TYPE) throw new UsageError(`${file} is an action of ${type}; only ${TYPE} shapes tokens here.`);
  const { uri, authentication, allowedHeaders, allowedParameters } = endpoint;
  const isKept = (header: string): boolean => Object.hasOwn(KEPT_HEADERS, header.toLowerCase());
  const shown = authenticationOf(authentication.type, keyHeader);
  return {
    ...webhookFile('wso2-webhook', {
      endpoint: {
        uri,
        authentication: shown.authentication,
        allowedHeaders: allowedHeaders.filter(isKept),
        allowedParameters,
      },
    }),
    name,
    secrets: {},
    asked: shown.asked,
    losses: [
      ...allowedHeaders
        .filter((header) => !isKept(header))
        .map((header) => `endpoint.allowedHeaders: ${header} of the token request is not kept here`),
      ...(rule === undefined || rule === null ? [] : [`rule: ${ruleText(rule)}; here it is asked for each token`]),
      ...shown.losses,
    ],
    on_failure: 'deny',
    wall_ms: WALL_MS,
    notes: status === 'INACTIVE' ? ['At WSO2 the action is not active.'] : [],
  };
}

function actionIn(file: string): z.infer<typeof Action> {
  const json = readJsonFile(file, z.union([List, Action]));
  if (!Array.isArray(json)) return json;
  const addresses = json.map(({ name, links: [link] }) => `${name}: GET ${link?.href ?? 'its id'}`).join(', ');
  throw new UsageError(
    `${file} is the list of actions, which has no endpoints. Give the JSON of one (${addresses || 'there is none'}).`,
  );
}

/** WSO2 tells the type alone. */
function authenticationOf(type: string, keyHeader: string | undefined) {
  const of = (properties: object, asked: string[]) => ({ authentication: { type, properties }, asked, losses: [] });
  const secret = (name: string): object => ({ secret: name });
  if (keyHeader !== undefined && type !== 'API_KEY') throw new UsageError('--key-header is of an API_KEY.');
  switch (type) {
    case 'NONE':
      return { authentication: { type }, asked: [], losses: [] };
    case 'BASIC':
      return of({ username: secret(USER_SECRET), password: secret(KEY_SECRET) }, [USER_SECRET, KEY_SECRET]);
    case 'BEARER':
      return of({ accessToken: secret(KEY_SECRET) }, [KEY_SECRET]);
    case 'API_KEY':
      if (keyHeader === undefined)
        throw new UsageError('WSO2 does not tell in which header the endpoint expects its key: add --key-header NAME.');
      return of({ header: keyHeader, value: secret(KEY_SECRET) }, [KEY_SECRET]);
    default:
      return {
        authentication: { type: 'NONE' },
        asked: [],
        losses: [`endpoint.authentication: the endpoint is shown nothing in the place of ${type}`],
      };
  }
}

const Rule = z.object({
  condition: z.string(),
  rules: z.array(
    z.object({
      condition: z.string(),
      expressions: z.array(z.object({ field: z.string(), operator: z.string(), value: z.string() })),
    }),
  ),
});

function ruleText(rule: unknown): string {
  const parsed = Rule.safeParse(rule);
  if (!parsed.success) return 'it is not read';
  const { condition, rules } = parsed.data;
  return rules
    .map((one) =>
      one.expressions
        .map(({ field, operator, value }) => `${field} ${operator} ${value}`)
        .join(` ${one.condition.toLowerCase()} `),
    )
    .join(` ${condition.toLowerCase()} `);
}
