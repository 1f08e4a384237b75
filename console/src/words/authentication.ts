const METHODS: Readonly<Record<string, string>> = {
  client_secret_post: 'client secret',
  client_secret_basic: 'client secret, in the header',
  none: 'none: it gets no token',
};

/** How a client proves who it is; without a method of its own it is by a key. */
export const authenticationInWords = (method: string | null | undefined): string =>
  method === null || method === undefined ? 'private key (JWT)' : (METHODS[method] ?? method);
