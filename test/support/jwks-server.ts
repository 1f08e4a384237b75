import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type JwksServer = {
  url: string;
  /** A new place where these keys are. */
  serve(keys: readonly object[]): string;
  /** A new place that answers 500. */
  refuse(): string;
  /** A new place that answers as it likes. */
  answer(listener: RequestListener): string;
  /** The place of an issuer, whose metadata says what it is given. */
  issuer(metadata: (issuer: string) => object): string;
  requestsOf(uri: string): number;
  close: () => void;
};

/** Serves JWK Sets on the loopback address, each at a place of its own. */
export async function startJwksServer(): Promise<JwksServer> {
  const places = new Map<string, RequestListener>();
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.set(path, (requests.get(path) ?? 0) + 1);
    places.get(path)?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const answer = (listener: RequestListener): string => {
    const path = `/${String(places.size)}`;
    places.set(path, listener);
    return `${url}${path}`;
  };
  return {
    url,
    answer,
    serve: (keys) => answer((_request, response) => response.end(JSON.stringify({ keys }))),
    issuer: (metadata) => {
      const issuer = `${url}/issuer-${String(places.size)}`;
      const path = `${new URL(issuer).pathname}/.well-known/openid-configuration`;
      places.set(path, (_request, response) => response.end(JSON.stringify(metadata(issuer))));
      return issuer;
    },
    refuse: () => answer((_request, response) => response.writeHead(500).end()),
    requestsOf: (uri) => requests.get(new URL(uri).pathname) ?? 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
