import { BYTES, type CpuMs } from './costs.ts';

/** What the model takes for given; `npm run sizing` prints them. */
export const ASSUMPTIONS = {
  /** Of its cores, what a process may use on average, so that a lost zone of three and a peak find room. */
  utilisation: 0.5,
  /** A gateway and management have one thread that works; a signer four for RSA; an executor its own and two sandbox processes. */
  coresOfPod: { gateway: 1, 'hook-executor': 3, signer: 4, management: 1 },
  /** So that none is alone. */
  minPods: 2,
  /** Requests that share a message on the bus at that load, and events of a gateway that share one, at most ten messages a second. */
  requestsPerMessage: 5,
  eventMessagesPerGateway: 10,
  /** Messages of a token before they are shared: to an executor and back, to a signer and back. */
  messagesPerToken: 4,
  /** What a server of NATS passes on before its CPU is used up: by its cost of a token, of so many cores. */
  coresOfNats: 4,
  /** Of the primary, which takes all writes and reads. */
  coresOfMongod: 8,
  /** Copies of the stream of events in a cluster. */
  streamReplicas: 3,
  /** What is in use is read anew after so long: client, API, grant. */
  configurationSeconds: 30,
  readsPerClient: 3,
  /** Of MongoDB by its index; not measured apart. */
  cpuMsOfRead: 0.03,
  /** Each asks for a token once in so many seconds. */
  secondsBetweenTokensOfClient: 600,
};

export type Sizing = {
  tokensPerSecond: number;
  clients: number;
  pods: { gateway: number; 'hook-executor': number; signer: number; management: number };
  cores: number;
  natsMessagesPerSecond: number;
  natsBytesPerSecond: number;
  /** Of three servers with the cores assumed, how much is in use; more than 1: they do not do. */
  natsShareUsed: number;
  streamBytesPerSecond: number;
  /** Of one writer: management takes one message of events at a time. */
  managementShareUsed: number;
  mongodShareUsed: number;
  logBytesPerDay: number;
  mongodReadsPerSecond: number;
};

/** What one region needs for so many tokens a second. */
export function sizingFor(tokensPerSecond: number, cpu: CpuMs): Sizing {
  const of = ASSUMPTIONS;
  const coresFor = (...names: (keyof CpuMs)[]): number =>
    (tokensPerSecond * names.reduce((sum, name) => sum + cpu[name], 0)) / 1_000;
  const podsFor = (pod: keyof typeof of.coresOfPod, cores: number): number =>
    Math.max(of.minPods, Math.ceil(cores / (of.coresOfPod[pod] * of.utilisation)));
  const pods = {
    gateway: podsFor('gateway', coresFor('gateway')),
    'hook-executor': podsFor('hook-executor', coresFor('hook-executor', 'sandbox')),
    signer: podsFor('signer', coresFor('signer')),
    // One replica makes logs at a time: more of them do not make it faster.
    management: of.minPods,
  };
  const clients = tokensPerSecond * of.secondsBetweenTokensOfClient;
  // Clients come to gateways by chance: each sees those that ask it within the time that it keeps them.
  const seenByGateway = Math.min(clients, (tokensPerSecond / pods.gateway) * of.configurationSeconds);
  const mongodReadsPerSecond = (pods.gateway * seenByGateway * of.readsPerClient) / of.configurationSeconds;
  const coresOfReads = (mongodReadsPerSecond * of.cpuMsOfRead) / 1_000;
  const coresOfAll = coresFor('gateway', 'hook-executor', 'sandbox', 'signer', 'management', 'nats-server', 'mongod');
  return {
    tokensPerSecond,
    clients,
    pods,
    cores: coresOfAll + coresOfReads,
    natsMessagesPerSecond:
      (tokensPerSecond * of.messagesPerToken) / of.requestsPerMessage + pods.gateway * of.eventMessagesPerGateway,
    natsBytesPerSecond: tokensPerSecond * BYTES.bus,
    natsShareUsed: coresFor('nats-server') / (of.coresOfNats * 3 * of.utilisation),
    streamBytesPerSecond: tokensPerSecond * BYTES.event * of.streamReplicas,
    managementShareUsed: coresFor('management') / of.utilisation,
    mongodShareUsed: (coresFor('mongod') + coresOfReads) / (of.coresOfMongod * of.utilisation),
    logBytesPerDay: tokensPerSecond * BYTES.log * 86_400,
    mongodReadsPerSecond,
  };
}

/** The same tokens in several regions, each with all there is but the configuration. */
export const inRegions = (tokensPerSecond: number, regions: number, cpu: CpuMs): Sizing =>
  sizingFor(tokensPerSecond / regions, cpu);
