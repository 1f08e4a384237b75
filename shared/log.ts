import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import { pinoPretty } from './log-pretty.ts';
import { z } from 'zod';
import { readEnv } from './env.ts';
import { activeCorrelationId } from './telemetry/correlation.ts';

const env = readEnv({
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines; default: pretty on a terminal. */
  LOG_FORMAT: z.enum(['pretty', 'json']).default(process.stdout.isTTY ? 'pretty' : 'json'),
});

/** Names of fields that never reach the log, wherever an object holding one is logged by mistake. */
const SECRET_FIELDS = ['client_secret', 'access_token', 'authorization', 'private_jwk', 'client_assertion'];

/**
 * JSON leaves these as they are, yet readers end a line at them and terminals take them as commands; what a hook prints is not to look
 * like a line of its own.
 */
function escapeLineEnds(line: string): string {
  return line.replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The log of this process: structured, with the ids of the active trace and what its caller calls the request. */
export const logger = pino(
  {
    level: env.LOG_LEVEL,
    base: null,
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      const correlationId = activeCorrelationId();
      return {
        ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
        ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
      };
    },
    hooks: { streamWrite: escapeLineEnds },
  },
  env.LOG_FORMAT === 'pretty' ? pinoPretty() : pino.destination({ dest: 1, sync: false }),
);
