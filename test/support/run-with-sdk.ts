import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stack } from './stack.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEFAULT_TIMEOUT_MS = 180_000;

/** Auth0's SDK for Node as published, in the versions that tests use. Version 7 has its `AuthenticationClient` in `legacy`. */
type Sdks = {
  'auth0-v4': typeof import('auth0-v4');
  'auth0-v7': typeof import('auth0-v7');
  'auth0-v7/legacy': typeof import('auth0-v7/legacy');
};

/** What an SDK is given of a stack: its one host and port, and a client. */
export type SdkSettings = { domain: string; clientId: string; clientSecret: string };

/**
 * Runs a script with one of Auth0's SDKs against a stack that was started with `args: ['--tls']`, in a process of its own that
 * knows of the stack's certificate only by `NODE_EXTRA_CA_CERTS`, as a user's would. The script is taken as text: it sees its
 * arguments and globals, nothing of the file that it stands in. Input and result travel as structured clones.
 *
 *     const names = await runWithSdk(stack(), 'auth0-v7', async ({ ManagementClient }, settings) => {
 *       const management = new ManagementClient(settings);
 *       return (await management.hooks.list()).data.map(({ name }) => name);
 *     });
 *
 * @param options.client Default: the first client of the Management API.
 * @throws {Error} with the message and stack of what the script threw; its `statusCode` and `body` are those of the SDK's error.
 */
export function runWithSdk<Version extends keyof Sdks, Result, Input = undefined>(
  stack: Stack,
  version: Version,
  script: (sdk: Sdks[Version], settings: SdkSettings, input: Input) => Promise<Result>,
  options: { input?: Input; client?: { clientId: string; clientSecret: string }; timeoutMs?: number } = {},
): Promise<Result> {
  if (stack.caFile === undefined) throw new Error("the SDKs speak only HTTPS: start the stack with args: ['--tls']");
  const client = options.client ?? { clientId: stack.managementClientId, clientSecret: stack.managementClientSecret };
  const settings: SdkSettings = { domain: new URL(stack.url).host, ...client };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(version, script.toString())], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: stack.caFile },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.send({ settings, input: options.input });
  const timeout = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return new Promise<Result>((resolve, reject) => {
    child.once('message', (message: { result: Result } | { error: SdkFailure }) => {
      if ('result' in message) resolve(message.result);
      else reject(Object.assign(new Error(message.error.message), message.error));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timeout);
      reject(new Error(`the script with ${version} ended without a result (${String(code ?? signal)})`));
    });
  });
}

type SdkFailure = { name: string; message: string; stack: string; statusCode: number | undefined; body: unknown };

function program(version: string, script: string): string {
  return `
    import * as sdk from '${version}';
    const script = ${script};
    process.once('message', async ({ settings, input }) => {
      const message = await script(sdk, settings, input).then(
        (result) => ({ result }),
        ({ name, message, stack, statusCode, body }) => ({ error: { name, message, stack, statusCode, body: plain(body) } }),
      );
      process.send(message, () => process.disconnect());
    });
    const plain = (body) => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));
  `;
}
