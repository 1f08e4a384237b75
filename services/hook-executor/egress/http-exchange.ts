import { z } from 'zod';
import { CodedError } from '../../../shared/coded-error.ts';

/** One HTTP request of a hook, as its sandbox process passes it on: the hook's word. Redirects are requests of their own. */
export const HttpExchangeRequest = z.object({
  url: z.string().max(8_192),
  method: z.string().regex(/^[A-Z]{1,20}$/, 'must be a method name'),
  /** Name and value pairs, as they go out. */
  headers: z.array(z.tuple([z.string().max(256), z.string().max(16_384)])).max(100),
  /** Base64; absent for no body. */
  body: z.string().optional(),
  /** False accepts any certificate, as hooks could with `rejectUnauthorized: false`. */
  verify_tls: z.boolean(),
  /** Most of the response's body, bytes, where that is less than any response may have. */
  max_response_bytes: z.int().min(0).optional(),
  /** From now to the end of the response, where that is less than the run has left. */
  timeout_ms: z.number().min(0).optional(),
});
export type HttpExchangeRequest = z.infer<typeof HttpExchangeRequest>;

export type HttpExchangeResponse = {
  status: number;
  status_text: string;
  headers: [name: string, value: string][];
  /** Base64, decoded of any transfer encoding but not of its content encoding. */
  body: string;
};

/** Why a request was not made or not finished; told to the hook with its message, which the hook may tell its clients. */
export type EgressErrorCode =
  | 'EGRESS_INVALID_REQUEST'
  | 'EGRESS_TOO_MANY_REQUESTS'
  | 'EGRESS_HOST_NOT_ALLOWED'
  | 'EGRESS_ADDRESS_NOT_ALLOWED'
  | 'EGRESS_REFUSED'
  | 'EGRESS_REQUEST_TOO_LARGE'
  | 'EGRESS_RESPONSE_TOO_LARGE'
  | 'EGRESS_BUSY'
  | 'EGRESS_TIMED_OUT'
  | 'EGRESS_FAILED';

export class EgressError extends CodedError<EgressErrorCode> {
  /** For the hook's author alone: what to change in hookmint. It is a line of the run's console output. */
  readonly advice: string | undefined;

  constructor(code: EgressErrorCode, message: string, options: ErrorOptions & { advice?: string } = {}) {
    super(code, message, options);
    this.advice = options.advice;
  }
}
