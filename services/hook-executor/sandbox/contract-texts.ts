import { readFileSync } from 'node:fs';
import type { CodeKind } from '../../../shared/domain/contracts.ts';

/** A file of isolate/ as an expression. */
export function guestText(name: string): string {
  return readFileSync(new URL(`../isolate/${name}`, import.meta.url), 'utf8').replace(/;\s*$/, '');
}

const contract = (name: string): string => `(${guestText(`contracts/${name}.js`)})`;

/** What Auth0's code is, it says when it is loaded: one of both. */
const AUTH0 = `[${contract('auth0-hook')}, ${contract('auth0-action')}(${contract('auth0-ignored-writes')}())]`;

/** What is evaluated in an isolate for the contract of its hook: a list of what isolate/bootstrap.js asks, the first first. */
export const CONTRACT_TEXTS: Readonly<Record<CodeKind, string>> = {
  hook: AUTH0,
  action: AUTH0,
  logto: `[${contract('logto')}]`,
  'cognito-lambda': `[${contract('cognito-lambda')}]`,
};
