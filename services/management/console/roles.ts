import type { ConsoleRole } from '../../../shared/domain/person.ts';

const VIEWER = [
  'read:hooks',
  'read:actions',
  'read:clients',
  'read:client_grants',
  'read:client_credentials',
  'read:resource_servers',
  'read:signing_keys',
  'read:tenant_settings',
  'read:logs',
];
const AUTHOR = [...VIEWER, ...['hooks', 'actions'].flatMap((of) => [`create:${of}`, `update:${of}`, `delete:${of}`])];
const OPERATOR = [
  ...VIEWER,
  'update:client_keys',
  'create:signing_keys',
  'update:signing_keys',
  'read:console_sessions',
  'delete:console_sessions',
];

/** The scopes of the Management API that a role has. */
export function scopesOfRole(role: ConsoleRole, all: readonly string[]): readonly string[] {
  switch (role) {
    case 'viewer':
      return VIEWER;
    case 'author':
      return AUTHOR;
    case 'operator':
      return OPERATOR;
    case 'admin':
      return all;
  }
}

/** All that a session may: by its roles, and by scopes of its own that there still are. */
export function scopesOf(
  { roles, scopes }: { roles: readonly ConsoleRole[]; scopes: readonly string[] },
  all: readonly string[],
): readonly string[] {
  const own = scopes.filter((scope) => all.includes(scope));
  return [...new Set([...roles.flatMap((role) => scopesOfRole(role, all)), ...own])];
}
