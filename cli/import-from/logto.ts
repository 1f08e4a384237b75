import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { readJsonFile } from '../json-file.ts';
import type { ForeignHook } from './foreign-hook.ts';

/** Logto's own limit of a script, with the start of its worker. */
const WALL_MS = 5_000;

/** `GET /api/configs/jwt-customizer/client-credentials`. */
const Customizer = z.object({
  script: z.string().min(1),
  environmentVariables: z.record(z.string(), z.string()).optional(),
  blockIssuanceOnError: z.boolean().optional(),
});

/** `GET /api/configs/jwt-customizer`: that of people's tokens and that of machines', each under its name. */
const All = z.array(z.object({ key: z.string(), value: z.unknown() }));

const OF_MACHINES = /^(?:jwt\.)?client-?credentials$/i;

/** @throws {UsageError} */
export function readLogto(file: string): ForeignHook {
  const { script, environmentVariables = {}, blockIssuanceOnError = false } = customizerIn(file);
  const on_failure = blockIssuanceOnError ? 'deny' : 'issue_unmodified';
  return {
    kind: 'logto',
    name: 'logto',
    script,
    language: 'javascript',
    dependencies: {},
    secrets: environmentVariables,
    asked: [],
    losses: [],
    on_failure,
    wall_ms: WALL_MS,
    notes: [
      blockIssuanceOnError
        ? 'If the script fails there is no token, as blockIssuanceOnError has it.'
        : 'If the script fails the token is issued without its claims, as Logto does; --on-failure deny issues none.',
    ],
  };
}

function customizerIn(file: string): z.infer<typeof Customizer> {
  const json = readJsonFile(file, z.union([All, Customizer]));
  if (!Array.isArray(json)) return json;
  const of = json.find(({ key }) => OF_MACHINES.test(key));
  if (of === undefined) {
    const others = json.map(({ key }) => key).join(', ') || 'none';
    throw new UsageError(`${file} has no script for client credentials; it has ${others}.`);
  }
  const parsed = Customizer.safeParse(of.value);
  if (!parsed.success) throw new UsageError(`${file} cannot be used: ${of.key} is no customizer of Logto.`);
  return parsed.data;
}
