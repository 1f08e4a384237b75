import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'ini';
import type { RegistrySettings } from './registry-settings.ts';

const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';
const CREDENTIAL = /^(\/\/.+?\/?):(_authToken|_auth|username|_password)$/;

type NpmSettings = Record<string, string>;

/** What npm is configured with: how the registry is reached, and the environment that its HTTP needs. */
export interface NpmConfiguration {
  settings: RegistrySettings;
  /** Proxies and certificate authorities, as Node reads them. */
  environment: Record<string, string>;
}

/**
 * Reads npm's configuration of the person and of the machine, as npm does: the global npmrc, the user's, and `npm_config_*` of the
 * environment. The `.npmrc` of a project is never read: it comes with the code that is built.
 *
 * @param registry In the place of the configured one.
 */
export function readNpmConfiguration(registry?: string, env: NodeJS.ProcessEnv = process.env): NpmConfiguration {
  const fromEnv = settingsOfEnv(env);
  const prefix = fromEnv.global_prefix ?? fromEnv.prefix ?? dirname(dirname(process.execPath));
  const globalFile = fromEnv.globalconfig ?? join(prefix, 'etc', 'npmrc');
  const userFile = fromEnv.userconfig ?? join(homedir(), '.npmrc');
  const all: NpmSettings = { ...readNpmrc(globalFile, env), ...readNpmrc(userFile, env), ...fromEnv };

  const authorizations = new Map<string, string>();
  const asBase = (url: string): string => withoutCredentials(url, authorizations);
  const scopes = Object.entries(all).flatMap(([key, url]) => {
    const scope = /^(@[^:]+):registry$/.exec(key)?.[1];
    return scope === undefined ? [] : [[scope, asBase(url)] as const];
  });
  const settings: RegistrySettings = {
    registry: asBase(registry ?? all.registry ?? PUBLIC_REGISTRY),
    scopes: Object.fromEntries(scopes),
    authorizations: {},
  };
  for (const [place, value] of credentials(all)) authorizations.set(place, value);
  settings.authorizations = Object.fromEntries(authorizations);
  return { settings, environment: environmentOf(all, env) };
}

function settingsOfEnv(env: NodeJS.ProcessEnv): NpmSettings {
  const found: NpmSettings = {};
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1]?.toLowerCase();
    if (key !== undefined && value !== undefined && value !== '') found[key] = value;
  }
  return found;
}

function readNpmrc(file: string, env: NodeJS.ProcessEnv): NpmSettings {
  if (!existsSync(file)) return {};
  const found: NpmSettings = {};
  for (const [key, value] of Object.entries(parse(readFileSync(file, 'utf8')))) {
    if (typeof value !== 'string' && typeof value !== 'boolean') continue;
    const text = String(value).replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
    found[key.startsWith('/') || key.startsWith('@') ? key : key.replaceAll('-', '_')] = text;
  }
  return found;
}

function* credentials(all: NpmSettings): Iterable<[place: string, authorization: string]> {
  const byPlace = new Map<string, NpmSettings>();
  for (const [key, value] of Object.entries(all)) {
    const [, place, kind] = CREDENTIAL.exec(key) ?? [];
    if (place === undefined || kind === undefined) continue;
    const withSlash = place.endsWith('/') ? place : `${place}/`;
    byPlace.set(withSlash, { ...byPlace.get(withSlash), [kind]: value });
  }
  for (const [place, { _authToken, _auth, username, _password }] of byPlace) {
    if (_authToken !== undefined) yield [place, `Bearer ${_authToken}`];
    else if (_auth !== undefined) yield [place, `Basic ${_auth}`];
    else if (username !== undefined && _password !== undefined) {
      yield [place, basic(username, Buffer.from(_password, 'base64').toString())];
    }
  }
}

/** A base for relative URLs; a name and password in it become an `Authorization`. */
function withoutCredentials(text: string, authorizations: Map<string, string>): string {
  const url = new URL(text);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  if (url.username !== '') {
    const authorization = basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
    authorizations.set(`//${url.host}${url.pathname}`, authorization);
    url.username = '';
    url.password = '';
  }
  return url.href;
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function environmentOf(all: NpmSettings, env: NodeJS.ProcessEnv): Record<string, string> {
  const given = {
    HTTP_PROXY: all.proxy ?? env.HTTP_PROXY ?? env.http_proxy,
    HTTPS_PROXY: all.https_proxy ?? env.HTTPS_PROXY ?? env.https_proxy ?? all.proxy,
    NO_PROXY: all.noproxy ?? env.NO_PROXY ?? env.no_proxy,
    NODE_EXTRA_CA_CERTS: all.cafile ?? env.NODE_EXTRA_CA_CERTS,
    NODE_TLS_REJECT_UNAUTHORIZED: all.strict_ssl === 'false' ? '0' : undefined,
  };
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(set) };
}
