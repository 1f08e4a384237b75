import { z } from 'zod';
import { print, printJson } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import { EXIT, readArgs, type ExitCode } from './command.ts';
import { seeHelp } from './help/help.ts';

const Settings = z.looseObject({
  percent: z.number(),
  max_mib: z.number(),
  max_hours: z.number(),
  redact_body: z.array(z.string()),
  redact_metadata: z.array(z.string()),
  redact_claims: z.array(z.string()),
});
const Tenant = z.looseObject({ recording: Settings.optional() });
const List = z.looseObject({ total: z.int(), bytes: z.int() });
const Recording = z.looseObject({ event: z.unknown() });

const OPTIONS = {
  percent: { type: 'string' },
  'max-mib': { type: 'string' },
  'max-hours': { type: 'string' },
  'redact-body': { type: 'string', multiple: true },
  'redact-metadata': { type: 'string', multiple: true },
  'redact-claims': { type: 'string', multiple: true },
  client: { type: 'string' },
} as const;
type Given = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

const NUMBERS = [
  ['percent', 'percent'],
  ['max-mib', 'max_mib'],
  ['max-hours', 'max_hours'],
] as const;
const NAMES = [
  ['redact-body', 'redact_body'],
  ['redact-metadata', 'redact_metadata'],
  ['redact-claims', 'redact_claims'],
] as const;

/** `hookmint recording [on | off | show ID | delete]`: what is recorded of the requests that hooks shape. */
export async function recording(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const [what, id, extra] = positionals;
  const isShow = what === 'show';
  if ((isShow && id === undefined) || (!isShow && id !== undefined) || extra !== undefined)
    throw new UsageError(`recording takes on, off, show ID or delete. ${seeHelp()}`);
  if (values.client !== undefined && what !== 'delete')
    throw new UsageError('--client is of recording delete: the settings are those of all clients.');
  const given = settingsOf(values);
  if (Object.keys(given).length > 0 && what !== 'on')
    throw new UsageError(`These options are of recording on. ${seeHelp()}`);
  const api = await connectApi();
  switch (what) {
    case undefined:
      break;
    case 'on':
      if (given.percent === undefined && ((await settingsIn(api))?.percent ?? 0) === 0)
        throw new UsageError('Say with --percent how many of the requests are recorded.');
      await change(api, given);
      break;
    case 'off':
      await change(api, { percent: 0 });
      break;
    case 'show':
      printJson((await api.read(Recording, 'GET', `/hook-recordings/${encodeURIComponent(id ?? '')}`)).event);
      return EXIT.ok;
    case 'delete':
      await api.call('DELETE', `/hook-recordings${ofClient(values.client)}`);
      break;
    default:
      throw new UsageError(`recording takes on, off, show ID or delete, not "${what}". ${seeHelp()}`);
  }
  await tell(api);
  return EXIT.ok;
}

function settingsOf(values: Given): Record<string, unknown> {
  const numbers = NUMBERS.flatMap(([option, member]) => {
    const text = values[option];
    if (text === undefined) return [];
    if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`--${option} must be a number, not "${text}".`);
    return [[member, Number(text)]];
  });
  const names = NAMES.flatMap(([option, member]) => (values[option] === undefined ? [] : [[member, values[option]]]));
  return Object.fromEntries([...numbers, ...names]) as Record<string, unknown>;
}

const settingsIn = async (api: ApiClient) => (await api.read(Tenant, 'GET', '/tenants/settings')).recording;

/** What is not given stays as it is. */
async function change(api: ApiClient, given: Record<string, unknown>): Promise<void> {
  await api.call('PATCH', '/tenants/settings', { recording: { ...(await settingsIn(api)), ...given } });
}

async function tell(api: ApiClient): Promise<void> {
  const settings = await settingsIn(api);
  if (settings === undefined || settings.percent === 0) print('Nothing is recorded.');
  else {
    const { percent, max_mib, max_hours } = settings;
    const redacted = [
      ...settings.redact_body.map((name) => `body ${name}`),
      ...settings.redact_metadata.map((name) => `metadata ${name}`),
      ...settings.redact_claims.map((name) => `claim ${name}`),
    ];
    print(
      `${String(percent)} % of the requests that hooks shape are recorded, up to ${String(max_mib)} MiB and ${String(max_hours)} hours`,
      `redacted: credentials${redacted.map((name) => `, ${name}`).join('')}`,
    );
  }
  const { total, bytes } = await api.read(List, 'GET', '/hook-recordings?per_page=1');
  print(`${String(total)} recordings, ${String(Math.ceil(bytes / 1_024))} KiB`);
}

const ofClient = (id: string | undefined): string => (id === undefined ? '' : `?client_id=${encodeURIComponent(id)}`);
