// Runs inside the isolate, like ../bootstrap.js: the contract of Logto's custom JWT script for machine-to-machine tokens.
(function () {
  'use strict';
  const { parse } = JSON;
  const { freeze, keys } = Object;
  const ErrorClass = Error;
  const StringFunction = String;
  const resolved = Promise.resolve.bind(Promise);
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const join = Function.prototype.call.bind(Array.prototype.join);
  const brandOf = Function.prototype.call.bind(Object.prototype.toString);
  const isArray = Array.isArray;

  /** No object: the outcome says so. */
  const NO_RESULT = '';

  const tokenOf = ({ audience, scope, client }) => ({
    aud: audience,
    ...(scope && { scope: join(scope, ' ') }),
    clientId: client.id,
    kind: 'ClientCredentials',
  });

  /** The record of the application, as far as a client here has one. */
  const applicationOf = ({ client }) => ({
    id: client.id,
    tenantId: client.tenant,
    name: client.name,
    description: null,
    type: 'MachineToMachine',
    oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
    customClientMetadata: {},
    protectedAppMetadata: null,
    customData: client.metadata,
    isThirdParty: false,
  });

  const adaptScript = (getCustomJwtClaims) => (args, secretsJson, cb, told) => {
    const environmentVariables = parse(secretsJson);
    let denial;
    const api = freeze({
      denyAccess(message = 'Access denied') {
        denial = new ErrorClass(StringFunction(message));
        denial.name = 'AccessDenied';
        throw denial;
      },
    });
    const ended = (result) => {
      if (typeof result !== 'object' || result === null || isArray(result) || brandOf(result) !== '[object Object]') {
        cb(null, NO_RESULT);
        return;
      }
      const claims = { __proto__: null };
      const names = keys(result);
      for (let i = 0; i < names.length; i++) {
        const name = names[i];
        if (name === 'scope') told.note('claim', name, 'contract');
        else claims[name] = result[name];
      }
      claims.scope = args.scope;
      cb(null, claims);
    };
    // One that was caught is none: the script went on.
    const threw = (error) => {
      if (denial === undefined || error !== denial) throw error;
      cb(error);
    };
    const input = {
      token: tokenOf(args),
      context: { application: applicationOf(args) },
      environmentVariables: keys(environmentVariables).length === 0 ? undefined : environmentVariables,
      api,
    };
    let result;
    try {
      result = getCustomJwtClaims(input);
    } catch (error) {
      threw(error);
      return undefined;
    }
    return then(resolved(result), ended, threw);
  };

  return {
    __proto__: null,
    missing: 'the script declares no function getCustomJwtClaims',
    adapt: (exported) => (typeof exported === 'function' ? adaptScript(exported) : undefined),
  };
});
