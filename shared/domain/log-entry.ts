import { z } from 'zod';

/**
 * Types of logs that are kept (contract §5.7): a token issued, a token request refused or failed, a write of the configuration, a client
 * near or at the end of its quota of tokens, one over a limit of rate; and `w`, a warning, for events that are missing.
 */
export const LogType = z.enum(['seccft', 'feccft', 'sapi', 'token_quota_consumption_warning', 'api_limit', 'w']);
export type LogType = z.infer<typeof LogType>;

/** One entry of the tenant's logs: what an event of the stream says, in the terms of Auth0's logs. */
export const LogEntry = z.object({
  /** Digits; in the order of the stream when compared as text. */
  log_id: z.string(),
  /** Of the event it was made from: no event makes two. */
  event_id: z.string(),
  date: z.date(),
  type: LogType,
  description: z.string(),
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  /** A person of the console, in the place of the client. */
  user_id: z.string().optional(),
  user_name: z.string().optional(),
  audience: z.string().optional(),
  /** Scopes of the token, separated by spaces. */
  scope: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  hostname: z.string(),
  /** Of the hook and the Actions that ran. */
  hook_id: z.array(z.string()).optional(),
  hook_revision: z.array(z.string()).optional(),
  /** While a gradual deployment was on: by which rules the revisions were chosen. */
  hook_rule: z.array(z.string()).optional(),
  /** How those ended that did not run to their end. */
  hook_outcome: z.array(z.string()).optional(),
  error_code: z.string().optional(),
  correlation_id: z.string().optional(),
  jti: z.string().optional(),
  trace_id: z.string().optional(),
  /** JSON: its members' names are others' choice, and no query looks into it. */
  details: z.string(),
});
export type LogEntry = z.infer<typeof LogEntry>;
