import { execFileSync } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Longer than any hook of the tests may run. */
const RECORD_TIMEOUT_MS = 30_000;

/** No port that anything is given by chance. */
const DEAD_URL = 'http://127.0.0.1:2';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The servers that hooks of a test call: one of HTTP, one of HTTPS whose certificate nobody signed. */
export type HookUpstream = {
  url: string;
  tlsUrl: string;
  /** Where nobody listens. */
  deadUrl: string;
  privateKeyPem: string;
  /** A token whose key is in `/jwks`. */
  signToken: (claims: Record<string, unknown>) => string;
  /** Resolves with the body that came to `/record/<name>`; rejects when none comes. */
  recorded: (name: string) => Promise<string>;
  close: () => void;
};

/** Starts them on random ports of loopback. */
export async function startHookUpstream(): Promise<HookUpstream> {
  const records = new Map<string, PromiseWithResolvers<string>>();
  const record = (name: string): PromiseWithResolvers<string> => {
    const known = records.get(name) ?? Promise.withResolvers<string>();
    records.set(name, known);
    return known;
  };
  let count = 0;
  const answer: RequestListener = (request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://upstream');
      if (url.pathname.startsWith('/record/')) record(url.pathname.slice('/record/'.length)).resolve(body);
      if (url.pathname === '/count') json(response, { count: ++count });
      else respond(url, request, body, response);
    });
  };
  const servers: Server[] = [createServer(answer), createTlsServer(makeCertificate(), answer)];
  const [port = 0, tlsPort = 0] = await Promise.all(servers.map(listen));
  return {
    url: `http://127.0.0.1:${String(port)}`,
    tlsUrl: `https://127.0.0.1:${String(tlsPort)}`,
    deadUrl: DEAD_URL,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    signToken: (claims) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = `${part({ alg: 'RS256', kid: 'upstream', typ: 'JWT' })}.${part(claims)}`;
      return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
    },
    recorded: (name) => {
      const nothing = delay(RECORD_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        throw new Error(`nothing came to /record/${name}`);
      });
      return Promise.race([record(name).promise, nothing]);
    },
    close: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

function respond(url: URL, request: IncomingMessage, body: string, response: ServerResponse): void {
  switch (url.pathname) {
    case '/users':
      json(response, { roles: ['reader', 'writer'] });
      break;
    case '/jwks': {
      const key = { ...publicKey.export({ format: 'jwk' }), kid: 'upstream', use: 'sig', alg: 'RS256' };
      json(response, { keys: [key] });
      break;
    }
    case '/oauth/token':
      json(response, { access_token: 'of the Management API', token_type: 'Bearer', expires_in: 60 });
      break;
    case '/api/v2/clients/corpus-client':
      if (request.headers.authorization === 'Bearer of the Management API') {
        json(response, { name: 'as the tenant has it' });
      } else json(response, { message: 'Unauthorized' }, 401);
      break;
    case '/redirect':
      response.writeHead(302, { location: '/echo' }).end();
      break;
    case '/redirect-to':
      response.writeHead(302, { location: url.searchParams.get('to') ?? '/' }).end();
      break;
    case '/broken':
      json(response, { error: 'broken' }, 500);
      break;
    case '/gzip':
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync('{"zipped":true}'));
      break;
    case '/slow': {
      const timer = setTimeout(() => json(response, {}), 3_000);
      response.on('close', () => clearTimeout(timer));
      break;
    }
    default:
      json(response, { method: request.method, url: request.url, headers: request.headers, body });
  }
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A key and its certificate, signed with itself. */
function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-upstream-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const of = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...of, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
