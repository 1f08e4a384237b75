import { z } from 'zod';
import { busEnv } from '../../shared/bus/connect.ts';
import { integer, key256, readEnv } from '../../shared/env.ts';
import { tlsEnv } from '../../shared/http/tls-files.ts';
import { storeEnv } from '../../shared/store/connect.ts';

/** The gateway's settings. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) =>
  readEnv(
    {
      ...busEnv,
      ...storeEnv,
      ...tlsEnv,
      HOOKMINT_TENANT: z.string().default('demo'),
      /** The `iss` of every token and the base of the endpoints in the metadata. */
      HOOKMINT_ISSUER: z.url().endsWith('/', 'is to end with a slash, as in https://auth.example.com/'),
      HOOKMINT_HTTP_HOST: z.string().default('0.0.0.0'),
      HOOKMINT_HTTP_PORT: integer.min(0).max(65_535).default(8080),
      /** Key of the hashes that client secrets are stored as. */
      HOOKMINT_CLIENT_SECRET_KEY: key256,
      /** Where `/api/v2` is forwarded to: the management service; unset: the path does not exist here. */
      HOOKMINT_MANAGEMENT_URL: z.url().optional(),
      /** Proxies in front of the gateway, so that `X-Forwarded-For` names the client; 0 (default): none, the header is ignored. */
      HOOKMINT_TRUSTED_PROXIES: integer.min(0).max(10).default(0),
    },
    env,
  );
