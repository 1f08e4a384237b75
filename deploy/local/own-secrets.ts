import type { LocalSecrets } from './local-secrets.ts';

/** The secrets of each service, as its environment has them, in addition to its users of bus and store: only its own. */
export function ownSecrets(secrets: LocalSecrets) {
  return {
    gateway: {
      HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
      HOOKMINT_SIGN_REQUEST_KEY: secrets.sign_request_key,
    },
    'hook-executor': { HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key },
    signer: {
      HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: secrets.signing_key_encryption_key,
      HOOKMINT_SIGN_REQUEST_KEY: secrets.sign_request_key,
      HOOKMINT_KEYS_REQUEST_KEY: secrets.keys_request_key,
    },
    management: {
      HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
      HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key,
      HOOKMINT_KEYS_REQUEST_KEY: secrets.keys_request_key,
      HOOKMINT_BOOTSTRAP_CLIENT_ID: secrets.management_client_id,
      HOOKMINT_BOOTSTRAP_CLIENT_SECRET: secrets.management_client_secret,
    },
  };
}
