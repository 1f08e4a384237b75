/** How a registry is reached: what npm's configuration of a person or a machine says. A builder process is given it, and has nothing else. */
export interface RegistrySettings {
  /** With a slash at the end. */
  registry: string;
  /** Registries of scopes, `@scope` -> URL with a slash at the end. */
  scopes: Record<string, string>;
  /** `Authorization` by the place it is for, a URL without its scheme, such as `//registry.example/npm/`. */
  authorizations: Record<string, string>;
}

/** Where modules of that name come from. */
export function registryOf({ registry, scopes }: RegistrySettings, name: string): URL {
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : '';
  return new URL(Object.hasOwn(scopes, scope) ? (scopes[scope] ?? registry) : registry);
}

/** The `Authorization` for a request: that of the longest place the URL is in. */
export function authorizationFor({ authorizations }: RegistrySettings, url: URL): string | undefined {
  const place = `//${url.host}${url.pathname}`;
  const [longest] = Object.keys(authorizations)
    .filter((candidate) => place.startsWith(candidate))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : authorizations[longest];
}
