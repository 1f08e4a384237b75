import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { systemCode } from './errors.ts';

/** Below those that systems give away themselves (Linux from 32,768, others from 49,152), and above those that services are known by. */
const [FIRST, END] = [20_000, 32_768];
const TRIES = 20;

/**
 * A port that is free now on `host`. No connection and no server that takes any port is given it meanwhile; another process may still ask for
 * it before it is used: be ready to ask again.
 */
export async function freePort(host: string): Promise<number> {
  for (let left = TRIES; ; left--) {
    try {
      return await listened(host, left > 0 ? randomInt(FIRST, END) : 0);
    } catch (error) {
      if (left === 0 || systemCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}

function listened(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const taken = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(taken));
    });
  });
}
