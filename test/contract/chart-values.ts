import { REQUIRED, type Values } from './chart-render.ts';

const ofService = (secretSetting?: string): Values => ({
  env: { LOG_LEVEL: 'debug' },
  ...(secretSetting === undefined ? {} : { secretSettings: { [secretSetting]: { secret: 'mine', key: 'its-key' } } }),
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'only', operator: 'Equal', value: 'hookmint', effect: 'NoSchedule' }],
  priorityClassName: 'high',
  runtimeClassName: 'gvisor',
  podLabels: { team: 'identity' },
  podAnnotations: { 'example.com/note': 'here' },
});

const everything: Values = {
  ...REQUIRED,
  image: { repository: 'hookmint', pullSecrets: ['registry'] },
  telemetry: {
    serviceMonitor: true,
    podMonitor: true,
    alerts: { enabled: true },
    monitorLabels: { release: 'prometheus' },
  },
  console: { enabled: true, openidProvider: true },
  clientKeys: { fromPublicAddresses: true, allowedAddresses: ['10.1.0.0/16'] },
  certificates: { enabled: true },
  gateway: ofService('HOOKMINT_CLIENT_CERT_PROXY_SECRET'),
  hookBuilder: { ...ofService(), registryAddresses: ['10.2.0.0/16', 'fd00::1'] },
  management: ofService('HOOKMINT_CONSOLE_OIDC_CLIENT_SECRET'),
  // Not a secret, and yet a setting that a Secret may have.
  signer: ofService('LOG_FORMAT'),
  setup: ofService(),
  networkPolicies: { alsoNotPublic: ['203.0.113.0/24', '2001:db8::/32'] },
};
const executor = { ...ofService('LOG_FORMAT'), egress: { allowedAddresses: ['10.3.0.7', '10.4.0.0/16'] } };

/** All that can be on, with each way to scale executors. */
export const EVERYTHING: Record<'cpu' | 'queue' | 'nothing', Values> = {
  cpu: { ...everything, hookExecutor: { ...executor, autoscaling: { by: 'cpu' } } },
  queue: { ...everything, hookExecutor: { ...executor, autoscaling: { by: 'queue' } } },
  nothing: { ...everything, hookExecutor: { ...executor, autoscaling: { by: 'nothing' } } },
};
