import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import type { BatchRequester } from '../../shared/bus/batch-requester.ts';
import type { PublicKeys } from '../../shared/public-keys.ts';
import type { RecordingOpener } from '../../shared/recording-seal.ts';
import type { HookDryRun, HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import type { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import type { ConsoleAddress } from './console/console-address.ts';
import type { KeysManage, KeysManageReply } from '../../shared/subjects/keys-manage.ts';
import type { GradualReports } from './gradual/gradual-reports.ts';
import type { Hosting } from './hosting/hosting.ts';
import type { HookBuilder } from './hook-builder/hook-builder.ts';
import type { ShadowReports } from './shadow/shadow-reports.ts';
import type { HookLogs } from './resources/hooks/hook-logs.ts';

/** What the handlers of the API work with. */
export type Deps = {
  tenant: string;
  /** `iss` of access tokens, ending with a slash. */
  issuer: string;
  /** `aud` of access tokens for this API. */
  audience: string;
  db: Db;
  bus: NatsConnection;
  hookLogs: HookLogs;
  /** The hook-executors, for runs that issue nothing. */
  dryRunners: BatchRequester<HookDryRun, HookDryRunReply>;
  rehearsers: BatchRequester<HookRehearsal, HookDryRunReply>;
  /** What gateways told last of gradual deployments. */
  gradualReports: GradualReports;
  openRecording: RecordingOpener;
  /** What gateways told of shadows. */
  shadowReports: ShadowReports;
  publicKeys: PublicKeys;
  /** The signers, for what becomes of the signing keys. */
  keyManagers: BatchRequester<KeysManage, KeysManageReply>;
  clientSecretKey: Buffer;
  hookSecretsKey: Buffer;
  /** Every scope of this API. */
  scopes: readonly string[];
  /** `undefined` without a console. */
  console: ConsoleAddress | undefined;
  /** Where people reach the console, ending with a slash. */
  consoleUrl: string;
  /** Where the console finds a trace, with `{trace_id}` in the place of its id. */
  traceUrl: string | undefined;
  hookBuilder: HookBuilder;
  /** Makes tenants beside this one; `undefined` where that is off, or this one is such a tenant. */
  hosting: Hosting | undefined;
};
