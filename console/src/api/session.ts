import { CONSOLE_PATH } from '../page.ts';
import { SIGN_IN_FAILURES } from '../words/sign-in.ts';
import { ApiFailure } from './failure.ts';

/** Somebody who is signed in, as the server tells it. */
export type Session = {
  id: string;
  person: { id: string; name: string };
  roles: string[];
  scopes: string[];
  ends_at: string;
  tenant: string;
  issuer: string;
  /** With `{trace_id}` where the id of a trace belongs; `null` where nobody keeps traces. */
  trace_url: string | null;
};

const SESSION_URL = `${CONSOLE_PATH}session`;
const HEADERS = { 'X-Hookmint-Console': '1' };

/** `null` when nobody is. */
export async function readSession(): Promise<Session | null> {
  const response = await fetch(SESSION_URL, { headers: HEADERS });
  if (response.status === 401) return null;
  if (!response.ok) throw await ApiFailure.of(response);
  return (await response.json()) as Session;
}

/** Signs in by the secret of a link, which then is of no more use. */
export async function signIn(link: string): Promise<Session> {
  const response = await fetch(SESSION_URL, {
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    body: JSON.stringify({ link }),
  });
  if (!response.ok) throw await ApiFailure.of(response);
  return (await response.json()) as Session;
}

/** How people sign in beside links. */
export type Ways = {
  /** `null` where there is none. */
  provider: {
    name: string;
    is_reachable: boolean;
    /** Where it signs people out; `null` where it has no such place. */
    sign_out_url: string | null;
  } | null;
};

export async function readWays(): Promise<Ways> {
  const response = await fetch(`${CONSOLE_PATH}sign-in/ways`, { headers: HEADERS });
  if (!response.ok) throw await ApiFailure.of(response);
  return (await response.json()) as Ways;
}

/** Where signing in by the provider begins; it ends at the page that is open now. */
export function signInUrl(): string {
  return `${CONSOLE_PATH}sign-in/start?${new URLSearchParams({ to: location.pathname + location.search }).toString()}`;
}

/** Takes out of the address why the provider's answer signed nobody in; a code that has no words here is none of ours. */
export function takeSignInFailure(): Error | undefined {
  const url = new URL(location.href);
  const code = url.searchParams.get('sign_in_error');
  if (code === null) return undefined;
  url.searchParams.delete('sign_in_error');
  history.replaceState(null, '', url.pathname + url.search);
  const message = SIGN_IN_FAILURES.get(code);
  return message === undefined ? undefined : new ApiFailure({ status: 401, message, errorCode: code });
}

export async function signOut(): Promise<void> {
  await fetch(SESSION_URL, { method: 'DELETE', headers: HEADERS });
}

/** The secret in a link, or in what somebody pasted; `undefined` where there is none. */
export const linkIn = (text: string): string | undefined => /(?:#link=|^\s*)([A-Za-z0-9_-]{43})\s*$/.exec(text)?.[1];

/**
 * Takes the secret out of the address, and of the history, before anything else can see it there.
 */
export function takeLink(): string | undefined {
  const link = linkIn(location.hash);
  if (location.hash.startsWith('#link=')) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

const listeners = new Set<() => void>();

/** A call was answered 401. */
export function tellSessionEnded(): void {
  for (const listener of listeners) listener();
}

export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
