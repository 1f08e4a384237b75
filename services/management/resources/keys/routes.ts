import { z } from 'zod';
import { askOthers, UNKNOWN_MEMBER } from '../../../../shared/bus/ask-others.ts';
import { remoteErrorOf } from '../../../../shared/bus/batch-requester.ts';
import { written } from '../../../../shared/store/written.ts';
import type { KeysManage, KeysManageReply, SigningKeyInfo } from '../../../../shared/subjects/keys-manage.ts';
import { ApiError, conflict, inexistent } from '../../api/api-error.ts';
import { flag } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { ChangedSigningKey, SigningKeyView } from './schema.ts';
import { certOf, viewOf } from './view.ts';

const tag = 'keys';
const collection = 'signing_keys';
const params = z.strictObject({ kid: z.string().min(1).max(128) });

/** A signer may have to make several RSA keys; it sends signs of life in the meantime. */
const SIGNER_DEADLINE_MS = 10_000;

/** The algorithm whose key is returned, as users of Auth0 expect. */
const TOLD_ALG = 'RS256';

const list = reads({
  path: '/keys/signing',
  operationId: 'getSigningKeys',
  summary: 'Get all application signing keys',
  tag,
  scopes: ['read:signing_keys'],
  status: 200,
  response: z.array(SigningKeyView),
  handle: async (_input, deps) => viewOf((await ask(deps, { action: 'list' })).keys),
});

const get = reads({
  path: '/keys/signing/{kid}',
  operationId: 'getSigningKey',
  summary: 'Get an application signing key',
  tag,
  scopes: ['read:signing_keys'],
  params,
  status: 200,
  response: SigningKeyView,
  errors: [404],
  handle: async ({ params: { kid } }, deps) => {
    const [key] = await viewOf((await ask(deps, { action: 'list' })).keys.filter((known) => known.kid === kid));
    if (key === undefined) throw inexistent('signing key');
    return key;
  },
});

const rotate = writes('post', {
  path: '/keys/signing/rotate',
  operationId: 'rotateSigningKeys',
  summary: 'Rotate the application signing keys',
  tag,
  scopes: ['create:signing_keys', 'update:signing_keys'],
  everyScope: true,
  /** `force`: although a verifier with a cached JWK Set may not have the next key yet, and cannot verify its tokens until it fetches the set again. */
  query: z.strictObject({ force: flag.optional() }),
  status: 201,
  response: ChangedSigningKey,
  errors: [409],
  handle: async ({ query: { force = false } }, deps) => {
    const before = (await ask(deps, { action: 'list' })).keys;
    const kids = before.filter(({ state }) => state === 'current').map(({ kid }) => kid);
    const rotated = await written(collection, kids.join(), () =>
      change(deps, { action: 'rotate', kids, ...(force ? { force } : {}) }),
    );
    refuseRotation(rotated);
    const after = rotated.keys;
    const current = after.find(({ alg, state }) => alg === TOLD_ALG && state === 'current');
    // Another rotation may be half-way; a signer finishes it within 30 s in any case.
    if (current === undefined) throw new ApiError(409, 'too_many_writers', 'The keys are being rotated already.');
    const [states, statesAfter] = [statesOf(before), statesOf(after)];
    return {
      answer: { kid: current.kid, cert: certOf(current) },
      change: { collection, id: current.kid, before: states, after: statesAfter, keySetVersion: rotated.version },
    };
  },
});

const revoke = writes('put', {
  path: '/keys/signing/{kid}/revoke',
  operationId: 'revokeSigningKey',
  summary: 'Revoke an application signing key',
  tag,
  scopes: ['update:signing_keys'],
  params,
  status: 200,
  response: ChangedSigningKey,
  errors: [404],
  handle: async ({ params: { kid } }, deps) => {
    const before = (await ask(deps, { action: 'list' })).keys.find((key) => key.kid === kid);
    if (before === undefined) throw inexistent('signing key');
    const { keys, refused, version } = await written(collection, kid, () => change(deps, { action: 'revoke', kid }));
    if (refused === 'unknown') throw inexistent('signing key');
    if (refused === 'in_use') {
      throw new ApiError(
        400,
        'signing_key_in_use',
        `The key ${kid} is the ${before.state} one: it signs tokens now or next. Rotate the keys first (POST /api/v2/keys/signing/rotate), until it is a previous one.`,
      );
    }
    const answer = { kid, cert: certOf(before) };
    if (before.state === 'revoked') return { answer, change: null };
    const after = keys.find((key) => key.kid === kid) ?? null;
    return { answer, change: { collection, id: kid, before, after, keySetVersion: version } };
  },
});

// `rotate` is not a kid: its path comes first.
export const keyRoutes: readonly Route[] = [list, rotate, get, revoke];

function ask({ keyManagers }: Deps, command: KeysManage['command']): Promise<KeysManageReply> {
  return keyManagers.request({ command }, Date.now() + SIGNER_DEADLINE_MS);
}

/** Is told the version of the set that is then in force, unless all signers are of an older release. */
async function change({ keyManagers }: Deps, command: KeysManage['command']): Promise<KeysManageReply> {
  const deadlineMs = Date.now() + SIGNER_DEADLINE_MS;
  const ask = (): Promise<KeysManageReply> => keyManagers.request({ command, tell_version: true }, deadlineMs);
  return askOthers([UNKNOWN_MEMBER], ask, deadlineMs).catch((error: unknown) => {
    if (remoteErrorOf(error)?.code !== UNKNOWN_MEMBER) throw error;
    return keyManagers.request({ command }, deadlineMs);
  });
}

/** @throws {ApiError} 409 when the signer did not replace the keys. */
function refuseRotation({ refused, published_at_ms = Date.now() }: KeysManageReply): void {
  if (refused === 'too_many_previous') {
    throw conflict(
      'limit_exceeded',
      'The maximum number of replaced keys is reached: revoke keys whose tokens are not needed (PUT /api/v2/keys/signing/{kid}/revoke).',
    );
  }
  if (refused !== 'unpublished') return;
  const waitSeconds = Math.max(1, Math.ceil((published_at_ms - Date.now()) / 1_000));
  throw new ApiError(
    409,
    'signing_key_unpublished',
    `Verifiers with a cached JWK Set may not have the next key yet: call again in ${String(waitSeconds)} s. Use force=true to rotate at once; such verifiers then reject new tokens until they fetch the set again.`,
    { headers: { 'Retry-After': String(waitSeconds) } },
  );
}

/** What an audit event keeps of a rotation. */
function statesOf(keys: readonly SigningKeyInfo[]): Record<string, string> {
  return Object.fromEntries(keys.map(({ kid, alg, state }) => [kid, `${alg} ${state}`]));
}
