/** Whether a name in a URL is one of this machine itself; `127.0.0.1.example.com` is whose it is. */
export const isLoopbackName = (hostname: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
