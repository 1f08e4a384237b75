import type { HookArguments } from '../../shared/domain/hook-arguments.ts';
import type { PublicKeys } from '../../shared/public-keys.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import type { RequestLimits } from './admission/open-admission.ts';
import type { FindKey } from './client-keys/key-sets.ts';
import type { ClientCertificate } from './client-certificate/certificate.ts';
import type { FindCertificate } from './client-certificate/find-certificate.ts';
import type { Configuration } from './configuration-cache.ts';
import type { GradualWatch } from './gradual/gradual-watch.ts';
import type { ShadowRuns } from './shadow/shadow-runs.ts';
import type { Recorder } from './recording/recorder.ts';
import type { DpopNonces } from './dpop/nonces.ts';
import type { CarriedCache, HookRequester } from './steps/run-hook.ts';
import type { SignRequester } from './steps/sign-token.ts';
import type { UseOnce } from './steps/use-once.ts';
import type { TokenStore } from './token-status/token-store.ts';

export type TokenIssuer = {
  tenant: string;
  issuer: string;
  /** Where clients show certificates, if that is not below the issuer. */
  mtlsUrl: string | undefined;
  findCertificate: FindCertificate;
  clientSecretKey: Buffer;
  useOnce: UseOnce;
  /** Of clients with a `jwks_uri`. */
  findKey: FindKey;
  /** Where DPoP proofs must have one. */
  dpopNonces: DpopNonces | undefined;
  configuration: Configuration;
  executors: HookRequester;
  actionCache: CarriedCache;
  /** Which revision shapes a token while a gradual deployment is on. */
  gradual: GradualWatch;
  /** Records requests that hooks shape. */
  recorder: Recorder;
  /** Runs revisions beside those that are deployed. */
  shadows: ShadowRuns;
  signers: SignRequester;
  publicKeys: PublicKeys;
  tokens: TokenStore;
  /** What keeps this gateway from being ready: what it knows of keys and of the time may be old. */
  missing: () => string[];
  limits: RequestLimits;
};

/** The parts of the HTTP request that shape the token or are passed to the hook. */
export type TokenHttpRequest = {
  authorization: string | undefined;
  /** The header `DPoP`, each time it was sent. */
  dpop: readonly string[] | undefined;
  certificate: ClientCertificate | undefined;
  body: unknown;
  /** Whether the body came as a form, and not as JSON. */
  isForm: boolean;
  about: Omit<HookArguments['request'], 'requested_scopes'>;
};

/** RFC 6749 §5.1, RFC 9449 §5; a token that is bound to a certificate is a Bearer token (RFC 8705 §3). */
export type TokenResponse = {
  access_token: string;
  scope?: string;
  expires_in: number;
  /** RFC 8693 §2.2.1. */
  issued_token_type?: string;
  token_type: 'Bearer' | 'DPoP';
};

/** The facts about a token request, for its event: filled step by step, so that the event of a refusal shows how far it got. */
export type Findings = Partial<
  Pick<
    TokenEvent,
    | 'client_id'
    | 'client_name'
    | 'client_assertion'
    | 'audience'
    | 'scope'
    | 'custom_claims'
    | 'dropped'
    | 'scope_changes'
    | 'kid'
    | 'jti'
    | 'proof_of_possession'
    | 'on_behalf_of'
    | 'hook'
    | 'actions'
  >
>;
