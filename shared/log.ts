import { trace } from '@opentelemetry/api';
import { pino, stdSerializers } from 'pino';
import { prettyLines } from './log-pretty.ts';
import { printable } from './printable.ts';
import { z } from 'zod';
import { readEnv } from './env.ts';
import { activeCorrelationId } from './telemetry/correlation.ts';

/** Environment of every service's log. */
export const logEnv = {
  /** The least that is logged. */
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines; unset: pretty on a terminal, else json. */
  LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
};

const env = readEnv(logEnv);
const isPretty = (env.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json')) === 'pretty';

/** Names of fields that never reach the log, wherever an object holding one is logged by mistake. */
const SECRET_FIELDS = [
  ...['client_secret', 'access_token', 'authorization', 'private_jwk', 'client_assertion'],
  ...['subject_token', 'actor_token', 'assertion'],
];

const output = pino.destination({ dest: 1, sync: false });

/** JSON leaves characters as they are that end a line for some readers, and that terminals obey. */
const asJson = (line: string): string => `${printable(line.trimEnd())}\n`;
const asPretty = (line: string): string => `${prettyLines(line).join('\n')}\n`;

/** By its own name: what bundles a program numbers classes of one name, and pino tells that of the class. */
function serialized(error: Error): object {
  const told = stdSerializers.err(error);
  return error instanceof Error && error.name !== 'Error' ? { ...told, type: error.name } : told;
}

// pino asks who calls it, though nothing here needs to know, and the answer would have Node read the whole source map at every start.
const hasSourceMaps = process.sourceMapsEnabled;
process.setSourceMapsEnabled(false);

/** The log of this process: structured, with the ids of the active trace and what its caller calls the request. */
export const logger = pino(
  {
    level: env.LOG_LEVEL,
    base: null,
    serializers: { err: serialized },
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      const correlationId = activeCorrelationId();
      return {
        ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
        ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
      };
    },
    hooks: { streamWrite: isPretty ? asPretty : asJson },
  },
  output,
);
process.setSourceMapsEnabled(hasSourceMaps);
