import type { Rights, SignInSettings } from './sign-in-settings.ts';

/** Values of the claim that are looked at. */
const MAX_VALUES = 1_000;

/** What the claims of an ID token give: by all values of the roles' claim together, a text or an array of texts. */
export function rightsOf(
  claims: Readonly<Record<string, unknown>>,
  { rolesClaim, rights }: Pick<SignInSettings, 'rolesClaim' | 'rights'>,
): Rights {
  const value = at(claims, rolesClaim);
  const values: unknown[] = Array.isArray(value) ? value.slice(0, MAX_VALUES) : [value];
  const given = values.flatMap((one) => (typeof one === 'string' ? (rights.get(one) ?? []) : []));
  return {
    roles: [...new Set(given.flatMap(({ roles }) => roles))],
    scopes: [...new Set(given.flatMap(({ scopes }) => scopes))],
  };
}

/** What a JSON pointer points to (RFC 6901), own members alone. */
function at(value: unknown, pointer: string): unknown {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>(
    (place, name) =>
      typeof place === 'object' && place !== null && Object.hasOwn(place, name)
        ? (place as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}
