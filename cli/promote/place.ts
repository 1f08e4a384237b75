import { UsageError } from '../../shared/usage-error.ts';
import { connectApi, type ApiClient } from '../api-client.ts';

type Option = 'from' | 'to';
/** A hookmint, and how messages call it. */
export type Place = { name: string; api: ApiClient };

const PROFILE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * The hookmint of `--from` or `--to`: a URL, or a profile, which is the name of variables of the environment. Where the option is left out it
 * is the one that other commands speak to. The credentials of one are sent to that one alone.
 *
 * @throws {UsageError} One that names the variable that is missing.
 */
export async function placeOf(option: Option, given: string | undefined, env = process.env): Promise<Place> {
  if (given === undefined) return { name: option === 'from' ? 'the source' : 'the target', api: await connectApi(env) };
  const isUrl = given.includes('://');
  if (!isUrl && !PROFILE.test(given))
    throw new UsageError(`--${option} must be a URL, or a profile of letters, digits, - and _, not "${given}".`);
  const prefix = isUrl
    ? `HOOKMINT_${option.toUpperCase()}_`
    : `HOOKMINT_PROFILE_${given.toUpperCase().replaceAll('-', '_')}_`;
  const of = (name: string): string | undefined => (env[prefix + name] === '' ? undefined : env[prefix + name]);
  const url = isUrl ? given : of('URL');
  if (url === undefined)
    throw new UsageError(`Set ${prefix}URL to the URL of ${given}, or give --${option} the URL itself.`);
  const { username = '', password = '' } = URL.parse(url) ?? {};
  if (username + password !== '')
    throw new UsageError(
      `--${option} takes a URL without credentials; they are ${prefix}CLIENT_ID and ${prefix}CLIENT_SECRET.`,
    );
  if (of('ACCESS_TOKEN') === undefined && (of('CLIENT_ID') === undefined || of('CLIENT_SECRET') === undefined))
    throw new UsageError(`Set ${prefix}CLIENT_ID and ${prefix}CLIENT_SECRET, or ${prefix}ACCESS_TOKEN, for ${given}.`);
  const connected = connectApi({
    HOOKMINT_URL: url,
    HOOKMINT_ACCESS_TOKEN: of('ACCESS_TOKEN'),
    HOOKMINT_CLIENT_ID: of('CLIENT_ID'),
    HOOKMINT_CLIENT_SECRET: of('CLIENT_SECRET'),
  });
  const named = (error: unknown): never => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      error.message.replace(/\bHOOKMINT_(URL|CLIENT_ID|CLIENT_SECRET|ACCESS_TOKEN)\b/g, (_, name: string) =>
        isUrl && name === 'URL' ? `--${option}` : prefix + name,
      ),
    );
  };
  return { name: given, api: await connected.catch(named) };
}
