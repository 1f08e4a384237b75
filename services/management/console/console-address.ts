import { isLoopbackName } from '../../../shared/loopback.ts';

/** Where people reach the console, and what follows from it. */
export type ConsoleAddress = {
  /** Of the page: `/console/`, below the path of the address. */
  path: string;
  /** What `Host` may be: another name for this server is somebody else's (DNS rebinding). */
  hosts: ReadonlySet<string>;
  /** What `Origin` may be. */
  origins: ReadonlySet<string>;
  /** Whether a session may travel: over TLS, or not beyond this machine. */
  isPrivate: boolean;
  isTls: boolean;
  cookieName: string;
};

/** @param url With a slash at the end. */
export function consoleAddress(url: string): ConsoleAddress {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  const isTls = protocol === 'https:';
  const isLoopback = isLoopbackName(hostname);
  // On one machine people write whichever name of it they know.
  const names = isLoopback ? ['localhost', '127.0.0.1', '[::1]'] : [];
  const hosts = new Set([host, ...names.map((name) => (port === '' ? name : `${name}:${port}`))]);
  return {
    path: `${pathname}console/`,
    hosts,
    origins: new Set([...hosts].map((one) => `${protocol}//${one}`)),
    isPrivate: isTls || isLoopback,
    isTls,
    // Cookies know no ports: two hookmints on one machine would sign each other out.
    cookieName: isTls ? '__Host-hookmint-console' : `hookmint-console-${port === '' ? '80' : port}`,
  };
}
