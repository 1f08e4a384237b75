import type { ClientAssertion } from '../../../shared/domain/client-assertion-issuer.ts';
import type { Client } from '../../../shared/domain/client.ts';
import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { ProofOfPossession } from '../../../shared/domain/proof-of-possession.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import type { OnBehalf } from '../on-behalf/on-behalf.ts';
import type { TokenParameters } from './parse-parameters.ts';

/** A request that will have a token, as far as no code refuses it: all that hooks are told of. */
export type ShapedRequest = {
  client: Client;
  /** What another issuer said of the client, where it authenticated so. */
  clientAssertion: ClientAssertion | undefined;
  /** Whom the token speaks for, where that is not the client. */
  onBehalf: OnBehalf | undefined;
  api: ResourceServer;
  grant: ClientGrant;
  scopes: string[];
  /** `undefined` for a bearer token. */
  binding: ProofOfPossession | undefined;
  parameters: TokenParameters;
  about: Omit<HookArguments['request'], 'requested_scopes'>;
};
