import { parseArgs } from 'node:util';

export type BenchOptions = {
  /** Measured legs of each system; at least 1. Default 3. */
  rounds: number;
  /** Length of each leg in seconds; at least 1. Default 5. */
  durationSeconds: number;
  /** Also print CPU milliseconds per token, by process (Linux only). */
  profile: boolean;
  /** Measure hooks alone, without HTTP and peers (Linux only). */
  hooks: boolean;
  /** Measure what telemetry costs, without peers (Linux only). */
  telemetry: boolean;
  /** Measure a hook that is an endpoint beside oidc-provider that asks the same (Linux only). */
  webhooks: boolean;
  /** Measure tokens that are bound by DPoP beside bearer tokens, without peers (Linux only, with wrk). */
  dpop: boolean;
  /** End standard output with one line of JSON. */
  json: boolean;
  help: boolean;
};

export const usage = `npm run bench -- [options]

  --rounds N    measured legs of each system (default 3)
  --seconds N   length of each leg in seconds (default 5)
  --profile     add CPU milliseconds per token, by process (Linux only)
  --hooks       measure hooks alone instead: warm runs, large bundles, many hooks and runaway ones (Linux only)
  --telemetry   measure the CPU that telemetry costs a token instead (Linux only)
  --webhooks    measure a webhook beside oidc-provider that asks the same endpoint instead (Linux only)
  --dpop        measure tokens that are bound by DPoP beside bearer tokens instead (Linux only, with wrk)
  --json        end standard output with one line of JSON
  --help        print this
`;

export class OptionError extends Error {}

export function parseOptions(args: string[]): BenchOptions {
  const values = parse(args);
  return {
    rounds: wholeNumber('--rounds', values.rounds, 100),
    durationSeconds: wholeNumber('--seconds', values.seconds, 600),
    profile: values.profile,
    hooks: values.hooks,
    telemetry: values.telemetry,
    webhooks: values.webhooks,
    dpop: values.dpop,
    json: values.json,
    help: values.help,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '5' },
        profile: { type: 'boolean', default: false },
        hooks: { type: 'boolean', default: false },
        telemetry: { type: 'boolean', default: false },
        webhooks: { type: 'boolean', default: false },
        dpop: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) {
    throw new OptionError(`${option} must be a whole number from 1 to ${max}, not "${text}"`);
  }
  return value;
}
