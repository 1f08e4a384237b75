import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { note, print, printJson, printParts } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, baseUrlOf, connectApi, variable } from '../api-client.ts';
import { EXIT, readArgs, type ExitCode } from '../command.ts';
import { localStack, ownerOf, type LocalStack } from '../local-stack.ts';
import { askForToken, type TokenAnswer } from './ask.ts';
import { findLog, type TokenLog } from './find-log.ts';
import { reportOf } from './report.ts';
import { seeHelp } from '../help/help.ts';

const OPTIONS = {
  audience: { type: 'string' },
  scope: { type: 'string' },
  param: { type: 'string', multiple: true },
  data: { type: 'string' },
  raw: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** `hookmint token`: asks for a token as a client does, and shows what is in it and what hooks did to it. */
export async function token(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`token takes no argument. ${seeHelp()}`);
  if (values.raw && values.json) throw new UsageError('--raw and --json exclude each other.');
  const local = await localStack(values.data);
  const client = clientOf(local);
  const audience = values.audience ?? (local === undefined ? undefined : DEMO_AUDIENCE);
  const parameters = {
    ...Object.fromEntries((values.param ?? []).map(parameterOf)),
    ...(audience === undefined ? {} : { audience }),
    ...(values.scope === undefined ? {} : { scope: values.scope }),
  };
  const answered = await askForToken(client.baseUrl, { ...client, parameters });
  if (values.raw) printRaw(answered);
  else {
    const log = await logOf(answered, local);
    if (values.json) printJson(asJson(answered, log));
    else printParts(...reportOf(answered, log));
  }
  return answered.isIssued ? EXIT.ok : EXIT.failed;
}

/** Of a local hookmint its demo client: the variables are for the server that they name, and a folder may be a stranger's. */
function clientOf(local: LocalStack | undefined): { baseUrl: string; clientId: string; clientSecret: string } {
  if (local !== undefined) {
    const { demo_client_id, demo_client_secret } = local.secrets;
    return { baseUrl: local.url, clientId: demo_client_id, clientSecret: demo_client_secret };
  }
  const clientId = variable('HOOKMINT_CLIENT_ID', 'AUTH0_CLIENT_ID');
  const clientSecret = variable('HOOKMINT_CLIENT_SECRET', 'AUTH0_CLIENT_SECRET');
  if (clientId !== undefined && clientSecret !== undefined) return { baseUrl: baseUrlOf(), clientId, clientSecret };
  throw new UsageError('Set HOOKMINT_CLIENT_ID and HOOKMINT_CLIENT_SECRET, the client that the token is for.');
}

function parameterOf(given: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--param must be NAME=VALUE, not "${given}".`);
  return [name, value];
}

function printRaw(answered: TokenAnswer): void {
  if (answered.isIssued) print(answered.answer.access_token);
  else
    note(`hookmint: ${String(answered.status)} ${answered.answer.error}: ${answered.answer.error_description ?? ''}`);
}

function asJson(answered: TokenAnswer, log: TokenLog | undefined): object {
  const { status, answer } = answered;
  const { header, claims } = answered.isIssued ? answered : { header: null, claims: null };
  return { status, answer, header, claims, log: log?.details ?? null };
}

/** The request's log, as far as whoever asks may read logs; a stranger's refusal has none to be waited for. */
async function logOf(answered: TokenAnswer, local: LocalStack | undefined): Promise<TokenLog | undefined> {
  const { status, correlationId } = answered;
  if (status === 401) return undefined;
  try {
    const api = await connectApi(local === undefined ? process.env : ownerOf(local));
    const log = await findLog(api, correlationId);
    if (log === undefined) note('hookmint: the log does not have the request yet, so what hooks did is not shown.');
    return log;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ApiCallError)) throw error;
    note('hookmint: what hooks did is in the log, which this client may not read (read:logs of the Management API).');
    return undefined;
  }
}
