import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { until } from '../support/until.ts';
import type { KubernetesBinaries } from './kubernetes-binaries.ts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 180_000;
const CALL_TIMEOUT_MS = 120_000;

export type ControlPlane = {
  /** For other clients: an administrator's. */
  kubeconfig: string;
  /** Runs kubectl against it, as an administrator. */
  kubectl: (args: readonly string[], input?: string) => { isFine: boolean; stdout: string; stderr: string };
  stop: () => Promise<void>;
};

/** Starts etcd, the API server and the controllers of Kubernetes on loopback, with their data in `folder`: a cluster without nodes. */
export async function startControlPlane(binaries: KubernetesBinaries, folder: string): Promise<ControlPlane> {
  const running: ChildProcess[] = [];
  const start = (program: string, args: Record<string, string>): void => {
    const log = openSync(join(folder, `${program.split('/').at(-1) ?? ''}.log`), 'a');
    const words = Object.entries(args).map(([name, value]) => `--${name}=${value}`);
    running.push(spawn(program, words, { stdio: ['ignore', log, log], cwd: folder }));
  };
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const [clients, peers, api] = [await freePort(HOST), await freePort(HOST), await freePort(HOST)].map(String);
  const etcd = `http://${HOST}:${clients ?? ''}`;
  const peer = `http://${HOST}:${peers ?? ''}`;
  start('etcd', {
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': etcd,
    'advertise-client-urls': etcd,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
  });

  const token = randomUUID();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const accountKey = file('accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const server = `https://${HOST}:${api ?? ''}`;
  start(binaries['kube-apiserver'], {
    'etcd-servers': etcd,
    'bind-address': HOST,
    'secure-port': api ?? '',
    'cert-dir': join(folder, 'certificates'),
    'authorization-mode': 'RBAC',
    'token-auth-file': file('tokens.csv', `${token},administrator,1,system:masters\n`),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file('accounts.pub', publicKey.export({ type: 'spki', format: 'pem' })),
    'service-account-signing-key-file': accountKey,
    'service-cluster-ip-range': '10.96.0.0/16',
  });
  const kubeconfig = file(
    'kubeconfig.yaml',
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'own', cluster: { server, 'certificate-authority': join(folder, 'certificates/apiserver.crt') } },
      ],
      users: [{ name: 'administrator', user: { token } }],
      contexts: [{ name: 'own', context: { cluster: 'own', user: 'administrator' } }],
      'current-context': 'own',
    }),
  );
  const kubectl: ControlPlane['kubectl'] = (args, input) => {
    const { status, stdout, stderr } = spawnSync('kubectl', [`--kubeconfig=${kubeconfig}`, ...args], {
      encoding: 'utf8',
      input,
      timeout: CALL_TIMEOUT_MS,
      maxBuffer: 64 * 1_048_576,
    });
    return { isFine: status === 0, stdout, stderr };
  };
  async function stop(): Promise<void> {
    for (const child of running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }
  try {
    await until('the API server is ready', () => kubectl(['get', '--raw', '/readyz']).isFine, READY_WITHIN_MS);
    start(binaries['kube-controller-manager'], {
      kubeconfig,
      'bind-address': HOST,
      'secure-port': '0',
      'service-account-private-key-file': accountKey,
      'use-service-account-credentials': 'true',
      'leader-elect': 'false',
    });
    await until(
      'the controllers run',
      () => kubectl(['get', 'serviceaccount', 'default', '-n', 'default']).isFine,
      READY_WITHIN_MS,
    );
  } catch (error) {
    await stop();
    const logs = ['etcd', 'kube-apiserver', 'kube-controller-manager'].map((name) => {
      try {
        return readFileSync(join(folder, `${name}.log`), 'utf8').slice(-1_500);
      } catch {
        return '';
      }
    });
    throw new Error(`no control plane: ${logs.join('\n')}`, { cause: error });
  }
  return { kubeconfig, kubectl, stop };
}
