import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

/**
 * The child's half of {@link startPeer}: takes the options, answers with the address, and ends with its parent,
 * however the parent ends.
 */
export function serveParent(start: (options: unknown) => Promise<string>): void {
  process.once('disconnect', () => process.exit());
  process.once('message', (options) => {
    void start(options).then((url) => process.send?.(url));
  });
}

/** Listens on a free loopback port. */
export async function listen(server: Server): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
  await promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
