import type { SigningKey, SigningKeys } from '../../shared/store/signing-keys.ts';
import type { KeysManage, KeysManageReply, SigningKeyInfo } from '../../shared/subjects/keys-manage.ts';
import type { KeyMaker } from './key-maker.ts';
import { refusedRotation, revokeKey, rotateKeys } from './key-states.ts';
import type { KeyRing } from './keys.ts';

/** Revoked keys listed for each algorithm (contract §5.5). */
const REVOKED_TOLD = 3;

/** Carries out management's request, and answers with the resulting keys. This signer uses them by the time it answers. */
export function createKeyManager(store: SigningKeys, ring: KeyRing, maker: KeyMaker, publicationMs: number) {
  return async ({ command, tell_version }: KeysManage): Promise<KeysManageReply> => {
    const refusal = await carryOut(command, { store, maker, publicationMs });
    if (command.action !== 'list') await ring.reload();
    const version = tell_version === true ? { version: ring.version() } : {};
    return { keys: await tell(store), ...version, ...refusal };
  };
}

type Refusal = Pick<KeysManageReply, 'refused' | 'published_at_ms'>;

async function carryOut(
  command: KeysManage['command'],
  { store, maker, publicationMs }: { store: SigningKeys; maker: KeyMaker; publicationMs: number },
): Promise<Refusal> {
  if (command.action === 'rotate') {
    const refused = await refusedRotation(store, command.kids, command.force === true ? 0 : publicationMs);
    if (refused !== undefined) return refused;
    await rotateKeys(store, command.kids, maker);
  }
  if (command.action === 'revoke') {
    const refused = await revokeKey(store, command.kid);
    if (refused !== undefined) return { refused };
  }
  return {};
}

async function tell(store: SigningKeys): Promise<SigningKeyInfo[]> {
  const [keys, revoked] = [await store.list(), await store.listRevoked()];
  const told = Map.groupBy(revoked, ({ alg }) => alg);
  return [...keys, ...[...told.values()].flatMap((ofAlg) => ofAlg.slice(0, REVOKED_TOLD))].flatMap(infoOf);
}

function infoOf(key: SigningKey): SigningKeyInfo[] {
  const { kid, alg, state, certificate, current_since_ms, current_until_ms, revoked_at_ms } = key;
  if (certificate === undefined) return [];
  const sinceMs = current_since_ms ?? (state === 'current' ? key.created_at_ms : undefined);
  return [
    {
      kid,
      alg,
      state,
      certificate,
      ...(sinceMs === undefined ? {} : { current_since_ms: sinceMs }),
      ...(current_until_ms === undefined ? {} : { current_until_ms }),
      ...(revoked_at_ms === undefined ? {} : { revoked_at_ms }),
    },
  ];
}
