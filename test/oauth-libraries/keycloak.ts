import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, run } from '../support/installed-tools.ts';
import { freePort } from '../support/tls-client.ts';

const VERSION = '26.7.3';
const START_TIMEOUT_MS = 300_000;

/** A Keycloak of this machine, with its metadata and keys at `http://127.0.0.1`. */
export type Keycloak = {
  version: string;
  /** Makes a realm of this representation, and answers its issuer. */
  makeRealm: (representation: { realm: string } & Record<string, unknown>) => Promise<string>;
  /** Asks the token endpoint of a realm, and answers all it tells. */
  ask: (realm: string, form: Record<string, string>) => Promise<Record<string, unknown>>;
  stop: () => Promise<void>;
};

/** Keycloak's distribution from Maven Central, unpacked. */
export function installKeycloak(): string {
  return folderOf('oauth-libraries', `keycloak-${VERSION}`, (folder) => {
    const name = `keycloak-quarkus-dist-${VERSION}.tar.gz`;
    const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, '-DoutputDirectory=.'], folder);
    run('tar', ['xzf', name, '--strip-components=1'], folder);
    rmSync(join(folder, name));
  });
}

/** Starts it in its mode for developers, with a database in memory. */
export async function startKeycloak(folder: string): Promise<Keycloak> {
  const [password, port] = [randomBytes(16).toString('hex'), String(await freePort())];
  const url = `http://127.0.0.1:${port}`;
  const args = ['start-dev', '--db=dev-mem', '--http-host=127.0.0.1', `--http-port=${port}`];
  const child = spawn(join(folder, 'bin/kc.sh'), args, {
    // It starts others, which must end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: password },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGKILL');
    await exited;
  };
  let said = '';
  const listening = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it does not listen')), START_TIMEOUT_MS);
    const listen = (text: Buffer): void => {
      said += text.toString();
      if (!said.includes('Listening on')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exited.then(() => reject(new Error('it ended')));
  });
  await listening.catch(async (cause: unknown) => {
    await stop();
    throw new Error(`Keycloak ${VERSION} did not start:\n${said.slice(-2_000)}`, { cause });
  });

  const ask: Keycloak['ask'] = async (realm, form) => {
    const body = new URLSearchParams(form);
    const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, { method: 'POST', body });
    return (await answer.json()) as Record<string, unknown>;
  };
  return {
    version: VERSION,
    ask,
    makeRealm: async (representation) => {
      const admin = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password };
      const { access_token } = await ask('master', admin);
      const answer = await fetch(`${url}/admin/realms`, {
        method: 'POST',
        headers: { authorization: `Bearer ${String(access_token)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ enabled: true, ...representation }),
      });
      if (answer.status !== 201) throw new Error(`Keycloak makes no realm: ${await answer.text()}`);
      return `${url}/realms/${representation.realm}`;
    },
    stop,
  };
}
