/** Whether a name in a URL is one of this machine itself. */
export const isLoopbackName = (hostname: string): boolean => /^(?:localhost|127\..*|\[::1\])$/.test(hostname);
