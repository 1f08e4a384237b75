import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { Note } from '../../../shared/domain/hook-outcome.ts';

type Headers = [name: string, value: string][];

/** What goes to an endpoint: by `POST`, or without a body by `GET`. */
export type WebhookRequest = {
  headers: Headers;
  /** Headers that prove who asks; only the configured endpoint is shown them. */
  credentials?: Headers | undefined;
  body?: string;
};

export type WebhookAnswer = { status: number; body: Buffer; location?: string | undefined };

/** What an answer makes of the token. */
export type Decision =
  | { scope?: string[] | undefined; claims: object; notes?: Note[] }
  /** No token; the contract's row says by the name what the client is answered. */
  | { denied: { name: string; message: string } };

/** A webhook of one revision, ready to be asked. */
export type Webhook = {
  url: string;
  /** Redirects that are followed; left out: none. */
  redirects?: number;
  /** How often a request is sent again that failed, or whose answer has such a status; left out: never. */
  repeats?: { most: number; pauseMs: number; ofStatus: (status: number) => boolean };
  request: (args: HookArguments) => WebhookRequest;
  /** @throws {WebhookError} for an answer that is none. */
  decide: (answer: WebhookAnswer, args: HookArguments) => Decision;
};

/** Gives the value of one of the hook's secrets. @throws {WebhookError} where there is none. */
export type SecretOf = (reference: { secret: string }) => string;

/** Why a webhook gave no decision, for its author. Nothing of an answer is in it but its status. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}
