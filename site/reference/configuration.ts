import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { z } from 'zod';
import { isSecretSetting } from '../../shared/env.ts';
import { logEnv } from '../../shared/log.ts';
import { telemetryEnv } from '../../shared/telemetry/telemetry-env.ts';
import { SETTINGS as gateway } from '../../services/gateway/config.ts';
import { SETTINGS as hookBuilder } from '../../services/hook-builder/config.ts';
import { SETTINGS as hookExecutor } from '../../services/hook-executor/config.ts';
import { SETTINGS as management } from '../../services/management/config.ts';
import { SETTINGS as setup } from '../../services/setup/config.ts';
import { SETTINGS as signer } from '../../services/signer/config.ts';
import { code, FRONT, MADE } from './markdown.ts';
import { docOf, nodesOf, parsed } from './source-text.ts';

type Settings = Readonly<Record<string, z.ZodType>>;

const SERVICES: readonly [name: string, what: string, settings: Settings][] = [
  ['gateway', 'The token endpoint.', gateway],
  ['management', 'The Management API and the console.', management],
  ['hook-executor', 'Runs hooks.', hookExecutor],
  ['signer', 'Holds the private keys.', signer],
  ['hook-builder', 'Builds hooks for management.', hookBuilder],
  ['setup', 'Makes the streams of the bus, once.', setup],
];
const OF_ALL: readonly [name: string, what: string, settings: Settings][] = [
  ['Logs', 'Every service writes its log to standard output.', logEnv],
  ['Telemetry', 'The other variables of OpenTelemetry mean what its specification says.', telemetryEnv],
];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const UNITS: readonly [name: RegExp, unit: string][] = [
  [/_PER_SECOND$/, 'a second'],
  [/_PER_MINUTE$/, 'a minute'],
  [/_SECONDS$/, 'seconds'],
  [/_DAYS$/, 'days'],
  [/_MIB$/, 'MiB'],
  [/_MS$/, 'milliseconds'],
];
const KEY = '^[A-Za-z0-9_-]{43}$';

/** Docstrings of settings, by the file and the name. */
function docs(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('{services,shared}/**/*.ts', { cwd: ROOT })) {
    for (const node of nodesOf(parsed(file))) {
      if (!ts.isPropertyAssignment(node) || !/^[A-Z][A-Z\d_]+$/.test(node.name.getText())) continue;
      const doc = docOf(node);
      if (doc === '') continue;
      found.set(`${file} ${node.name.getText()}`, doc);
      // What several services have is declared once, beside what it is about.
      if (!/^services\/[\w-]+\/config\.ts$/.test(file)) found.set(node.name.getText(), doc);
    }
  }
  return found;
}

const number = (value: number): string => value.toLocaleString('en-US');
/** A name of a place rather than a number of things. */
const isPort = (name: string): boolean => name.endsWith('_PORT');

function valuesOf(name: string, schema: z.ZodType): string {
  const { type, enum: choices, minimum, maximum, pattern } = z.toJSONSchema(schema, ANY_INPUT);
  if (choices !== undefined) return choices.map((choice) => code(String(choice))).join(' or ');
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  if (isPort(name)) return 'a port';
  if (type === 'integer') return `${number(minimum ?? 0)}–${number(maximum ?? 0)} ${unit}`.trimEnd();
  if (pattern === KEY) return '32 bytes, base64url';
  return isUrl(schema) ? 'URL' : 'text';
}

/** What a further check says of the form takes the place of `uri` in a JSON schema. */
function isUrl(schema: z.ZodType): boolean {
  const given = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return given instanceof z.ZodURL;
}

const ANY_INPUT = { io: 'input', unrepresentable: 'any' } as const;

function defaultOf(name: string, schema: z.ZodType): string {
  const { default: byDefault } = z.toJSONSchema(schema, ANY_INPUT);
  if (byDefault === undefined) return schema.safeParse(undefined).success ? '' : '**required**';
  if (typeof byDefault === 'number') return `default ${isPort(name) ? String(byDefault) : number(byDefault)}`;
  return typeof byDefault === 'string' && byDefault !== '' ? `default ${code(byDefault)}` : '';
}

/** @throws {Error} for a setting that nothing says of what it does. */
export function configurationPage(): string {
  const said = docs();
  const entries = (settings: Settings, file: string): string =>
    Object.entries(settings)
      .map(([name, schema]) => {
        const doc = said.get(`${file} ${name}`) ?? said.get(name);
        if (doc === undefined) throw new Error(`${file}: ${name} has no docstring`);
        const facts = [defaultOf(name, schema), valuesOf(name, schema), isSecretSetting(name) ? 'a secret' : ''];
        return `### ${name}\n\n${facts.filter((fact) => fact !== '').join(' · ')}\n\n${doc}`;
      })
      .join('\n\n');
  const sections = [...SERVICES, ...OF_ALL].map(
    ([name, what, settings]) => `## ${name}\n\n${what}\n\n${entries(settings, `services/${name}/config.ts`)}`,
  );
  return `${FRONT}# Configuration

${MADE('the schemas of the services')}

Each service reads its environment once, at its start, and does not start where a value is missing or out of bounds. A setting that is not required
and has no default does nothing until it is set: what it turns on is off, and what it limits has no limit. A setting may also be a file of the folder that \`HOOKMINT_SECRETS_DIR\` names, with the variable's name: best for secrets.
[npm start](commands.md#hookmint-start) sets all of this itself. [In production](../docs/kubernetes.md) has them as files and manifests.

${sections.join('\n\n')}
`;
}
