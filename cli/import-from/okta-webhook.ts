import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { readJsonFile } from '../json-file.ts';
import type { ForeignHook } from './foreign-hook.ts';
import { KEY_SECRET, webhookFile } from './webhook-file.ts';

/** Okta's own limit of an answer. */
const WALL_MS = 3_000;
const TYPE = 'com.okta.oauth2.tokens.transform';

/** `GET /api/v1/inlineHooks/{id}`. */
const InlineHook = z.object({
  name: z.string(),
  type: z.string(),
  status: z.string().optional(),
  channel: z.object({
    type: z.string(),
    config: z.object({
      uri: z.string(),
      headers: z.array(z.object({ key: z.string(), value: z.string() })).nullish(),
      authScheme: z.object({ type: z.string(), key: z.string() }).nullish(),
    }),
  }),
});
type InlineHook = z.infer<typeof InlineHook>;

/** @throws {UsageError} */
export function readOktaWebhook(file: string): ForeignHook {
  const { name, status, channel } = tokenHookIn(file);
  const { uri, headers, authScheme } = channel.config;
  const isOAuth = channel.type !== 'HTTP';
  return {
    ...webhookFile('okta-webhook', {
      uri,
      headers: headers ?? [],
      authScheme:
        authScheme === null || authScheme === undefined ? undefined : { ...authScheme, value: { secret: KEY_SECRET } },
    }),
    name,
    secrets: {},
    asked: authScheme === null || authScheme === undefined ? [] : [KEY_SECRET],
    losses: isOAuth ? [`channel: the endpoint is shown no token of ${channel.type}`] : [],
    on_failure: 'issue_unmodified',
    wall_ms: WALL_MS,
    notes: [
      'If the endpoint fails the token is issued as it was, as Okta does; --on-failure deny issues none.',
      'Okta asks it where a rule of an authorization server says so; here it is asked for each token.',
      ...(status === 'INACTIVE' ? ['At Okta the hook is not active.'] : []),
    ],
  };
}

/** The one of tokens; of several the JSON of one must be given. */
function tokenHookIn(file: string): InlineHook {
  const json = readJsonFile(
    file,
    z.union([z.array(z.object({ name: z.string(), type: z.string() }).loose()), InlineHook]),
  );
  if (!Array.isArray(json)) {
    if (json.type !== TYPE) throw new UsageError(`${file} is a hook of ${json.type}; only ${TYPE} shapes tokens here.`);
    return json;
  }
  const [found, ...others] = json.filter(({ type }) => type === TYPE);
  if (found === undefined) throw new UsageError(`${file} has no hook of ${TYPE}.`);
  if (others.length > 0) {
    const names = [found, ...others].map(({ name }) => name).join(', ');
    throw new UsageError(
      `${file} has several hooks of tokens: ${names}. Give the JSON of one, of GET /api/v1/inlineHooks/{id}.`,
    );
  }
  const parsed = InlineHook.safeParse(found);
  if (!parsed.success) throw new UsageError(`${file} cannot be used: ${found.name} is no inline hook of Okta.`);
  return parsed.data;
}
