import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import express from 'express';
import { ensureInstalled } from '../console/install.ts';
import { deadLinks } from './dead-links.ts';
import { layOutPages } from './pages.ts';

/**
 * `npm run docs`: makes a site of docs/ and of the code, into `dist/` here: files for any web server. `-- --serve [--port N]` shows it.
 */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = `${HERE}dist`;
const GENERATOR = `${HERE}node_modules/vitepress/bin/vitepress.js`;
const DEFAULT_PORT = '4173';
const LOOPBACK = '127.0.0.1';

/** @throws {Error} for what cannot be built, with what the generator said, and for links that lead nowhere. */
export async function buildSite(): Promise<void> {
  ensureInstalled(HERE);
  layOutPages();
  const child = spawn(process.execPath, [GENERATOR, 'build', HERE], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(said);
  const dead = deadLinks(DIST);
  if (dead.length > 0) throw new Error(`Links that lead nowhere:\n${dead.join('\n')}`);
}

/**
 * Shows what was built, to this machine alone: the generator's own server listens on all of its addresses.
 *
 * @returns Its address.
 * @throws {Error} Where the port cannot be had.
 */
export async function serveSite(port: number): Promise<string> {
  const app = express()
    .disable('x-powered-by')
    .use(express.static(DIST, { extensions: ['html'] }))
    .use((_request, response) => response.status(404).sendFile('404.html', { root: DIST }));
  const server = createServer(app).listen(port, LOOPBACK);
  await once(server, 'listening');
  return `http://${LOOPBACK}:${String((server.address() as AddressInfo).port)}/`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: DEFAULT_PORT } },
  });
  await buildSite();
  process.stdout.write(`${DIST}\n`);
  if (!values.serve) return;
  process.stdout.write(`${await serveSite(Number(values.port))}\n`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
