import { homedir } from 'node:os';
import { join } from 'node:path';

/** `HOOKMINT_CACHE_DIR`, or `hookmint` in the cache folder that the operating system gives a user. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = setting(env, 'HOOKMINT_CACHE_DIR');
  if (own !== undefined) return own;
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'hookmint');
  if (platform === 'win32')
    return join(setting(env, 'LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'hookmint');
  return join(setting(env, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'hookmint');
}

function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}
