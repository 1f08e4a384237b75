import { readWebhook, WebhookInvalid } from '../shared/domain/webhooks/read-webhook.ts';
import type { WebhookKind } from '../shared/domain/contracts.ts';
import type { BuiltHook } from './built-hook.ts';
import { HookBuildError } from './errors.ts';
import type { HookSource } from './hook-source.ts';

/** Of {@link BuiltHook}, where nothing is built. */
export type BuiltWebhook = Omit<BuiltHook, 'kind'> & { kind: WebhookKind };

/**
 * A hook that is no code, of which nothing is built; `undefined` for code.
 *
 * @throws {HookBuildError} `webhook_invalid`
 */
export function builtWebhook({ code, language, contract, dependencies }: HookSource): BuiltWebhook | undefined {
  try {
    const read = readWebhook(code, contract);
    if (read === undefined) return undefined;
    if (language === 'typescript') throw new WebhookInvalid('a webhook is JSON, and not TypeScript');
    if (Object.keys(dependencies).length > 0) throw new WebhookInvalid('a webhook requires no modules');
    return { kind: read.kind, script: code, sourceMap: null, modules: [] };
  } catch (error) {
    if (!(error instanceof WebhookInvalid)) throw error;
    throw new HookBuildError('webhook_invalid', `the webhook cannot be asked: ${error.message}`, { cause: error });
  }
}
