import { DROPPED_REASONS } from '../../shared/dropped-reasons.ts';
import type { Look, Part } from '../../shared/terminal.ts';
import type { TokenAnswer } from './ask.ts';
import type { TokenLog } from './find-log.ts';

type Line = readonly Part[];

/** Where what a line is about ends. */
const WIDTH = 15;

/** A token for people: lines that each begin with what they are about, or with as much space; `+` and `-` are the work of hooks. */
export function reportOf(token: TokenAnswer, log: TokenLog | undefined): Line[] {
  return [...(token.isIssued ? ofToken(token, log) : ofRefusal(token)), ...byHooks(log)];
}

function ofToken(token: TokenAnswer & { isIssued: true }, log: TokenLog | undefined): Line[] {
  const { answer, header, claims } = token;
  const custom = new Set(log?.details.custom_claims);
  const { removed, added } = log?.details.scope_changes ?? { removed: [], added: [] };
  const { expires_in, token_type, scope } = answer;
  return [
    ...section('token', [
      [`${shown(token_type)}, expires in ${shown(expires_in)} s`],
      ...(log?.client_name === undefined ? [] : [[`for ${log.client_name}`]]),
    ]),
    ...section('header', members(header)),
    ...section('claims', members(claims, custom)),
    ...section('scope', [[typeof scope === 'string' && scope !== '' ? scope : '(none)']]),
    ...section('scope changes', [
      ...removed.map((name) => marked('red', `- ${name}`)),
      ...added.map((name) => marked('green', `+ ${name}`)),
    ]),
  ];
}

function ofRefusal({ status, answer }: TokenAnswer & { isIssued: false }): Line[] {
  const { error, error_description } = answer;
  const why = error_description === undefined ? error : `${error}: ${error_description}`;
  return section('no token', [marked('red', `${String(status)} ${why}`)]);
}

function byHooks(log: TokenLog | undefined): Line[] {
  if (log === undefined) return [];
  const { hook, actions, dropped } = log.details;
  const runs = [...(hook === undefined ? [] : [hook]), ...actions.executions];
  return [
    ...section(
      'dropped',
      dropped.map(({ kind, name, reason }) =>
        marked('yellow', `${kind} ${name}: ${DROPPED_REASONS[reason]} (${reason})`),
      ),
    ),
    ...section(
      'shaped by',
      runs.map(({ name, outcome, cpu_ms, wall_ms }) => [
        { look: outcome === 'ok' ? 'cyan' : 'red', text: outcome === 'ok' ? name : `${name} (${outcome})` },
        { look: 'dim', text: `  ${String(cpu_ms)} ms CPU, ${String(wall_ms)} ms wall` },
      ]),
    ),
  ];
}

/** Those of hooks are marked, and come after all others. */
function members(all: Record<string, unknown>, custom: ReadonlySet<string> = new Set()): Line[] {
  const entries = Object.entries(all);
  return [
    ...entries
      .filter(([name]) => !custom.has(name))
      .map(([name, value]): Line => [`${name}: ${JSON.stringify(value)}`]),
    ...entries
      .filter(([name]) => custom.has(name))
      .map(([name, value]) => marked('green', `+ ${name}: ${JSON.stringify(value)}`)),
  ];
}

const marked = (look: Look, text: string): Line => [{ look, text }];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.map((line, i) => [{ look: 'bold', text: (i === 0 ? title : '').padEnd(WIDTH) }, ...line]);
}
