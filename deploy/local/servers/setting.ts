/** An environment variable; one that is empty counts as not set. */
export function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

/** A base URL from the environment, without the slash at its end. */
export function baseUrl(env: NodeJS.ProcessEnv, name: string, byDefault: string): string {
  return (setting(env, name) ?? byDefault).replace(/\/+$/, '');
}
