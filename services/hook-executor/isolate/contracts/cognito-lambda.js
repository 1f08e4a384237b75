// Runs inside the isolate, like ../bootstrap.js: the contract of Amazon Cognito's pre token generation Lambda, V3, for client credentials.
(function (tools) {
  'use strict';
  const { parse } = JSON;
  const { keys } = Object;
  const { isArray } = Array;
  const { now } = Date;
  const { max } = Math;
  const ErrorClass = Error;
  const TypeErrorClass = TypeError;
  const StringFunction = String;
  const withResolvers = Promise.withResolvers.bind(Promise);
  const resolved = Promise.resolve.bind(Promise);
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const test = Function.prototype.call.bind(RegExp.prototype.test);
  const includes = Function.prototype.call.bind(Array.prototype.includes);
  const filter = Function.prototype.call.bind(Array.prototype.filter);
  const every = Function.prototype.call.bind(Array.prototype.every);
  const slice = Function.prototype.call.bind(Array.prototype.slice);

  /** No object: the outcome says so. */
  const NO_RESULT = '';
  /** What a gateway puts into every token, and no code takes out. */
  const GATEWAYS_CLAIMS = ['iss', 'sub', 'aud', 'azp', 'iat', 'exp', 'gty', 'client_id', 'jti', 'scope', 'cnf'];
  // RFC 6749 section 3.3: what one scope may be.
  const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

  const isText = (value) => typeof value === 'string';
  const isObject = (value) => typeof value === 'object' && value !== null && !isArray(value);
  const isNothing = (value) => value === undefined || value === null;

  const refusal = (name, message) => {
    const error = new ErrorClass(message);
    error.name = name;
    return error;
  };
  /** What a handler threw refuses the token: it is the one way in which it can. */
  const refusedBy = (thrown) => {
    const message = thrown instanceof ErrorClass ? thrown.message : thrown;
    return refusal('PreTokenGenerationError', `PreTokenGeneration failed with error ${StringFunction(message)}.`);
  };

  /** The parameter `aws_client_metadata`: a JSON object of texts. `undefined` for one that is not. */
  const metadataOf = ({ aws_client_metadata: given }) => {
    if (given === undefined) return {};
    let metadata;
    try {
      if (isText(given)) metadata = parse(given);
    } catch {
      return undefined;
    }
    return isObject(metadata) && every(keys(metadata), (name) => isText(metadata[name])) ? metadata : undefined;
  };

  const eventOf = ({ client, scope }, clientMetadata, region) => ({
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
    region,
    userPoolId: client.tenant,
    userName: client.id,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.id },
    request: {
      userAttributes: {},
      groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      scopes: slice(scope ?? []),
      clientMetadata,
    },
    response: {},
  });

  /** Lambda's second argument, and older handlers' ways to end. */
  const contextOf = (callback) => {
    const endsMs = now() + tools.wallMs;
    let id;
    return {
      functionName: 'hook',
      functionVersion: '$LATEST',
      invokedFunctionArn: '',
      memoryLimitInMB: '128',
      logGroupName: '',
      logStreamName: '',
      callbackWaitsForEmptyEventLoop: true,
      get awsRequestId() {
        return (id ??= globalThis.crypto.randomUUID());
      },
      getRemainingTimeInMillis: () => max(0, endsMs - now()),
      done: callback,
      succeed: (result) => callback(null, result),
      fail: (error) => callback(error ?? 'undefined'),
    };
  };

  /** A member of `accessTokenGeneration` that must be a list of texts where it is there. */
  const textsIn = (generation, member) => {
    const texts = generation[member];
    if (isNothing(texts)) return [];
    if (isArray(texts) && every(texts, isText)) return texts;
    throw new TypeErrorClass(`accessTokenGeneration.${member} must be a list of texts`);
  };

  /** What `accessTokenGeneration` makes of the token. */
  const shapedBy = (generation, { scope = [], custom_claims = {} }, note) => {
    if (!isObject(generation)) throw new TypeErrorClass('accessTokenGeneration must be an object');
    const added = generation.claimsToAddOrOverride ?? {};
    if (!isObject(added)) throw new TypeErrorClass('accessTokenGeneration.claimsToAddOrOverride must be an object');
    const suppressed = textsIn(generation, 'claimsToSuppress');
    const claims = { __proto__: null };
    const names = keys(added);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (includes(suppressed, name)) continue;
      if (name === 'scope') note('claim', name, 'contract');
      else claims[name] = added[name];
    }
    for (let i = 0; i < suppressed.length; i++) {
      const name = suppressed[i];
      if (includes(GATEWAYS_CLAIMS, name)) note('claim', name, 'contract');
      // Of the configuration, or of what ran before: it stays.
      else if (includes(keys(custom_claims), name)) note('claim', name, 'not_supported');
    }
    const without = textsIn(generation, 'scopesToSuppress');
    const scopes = filter(scope, (one) => !includes(without, one));
    const more = textsIn(generation, 'scopesToAdd');
    for (let i = 0; i < more.length; i++) {
      if (!test(SCOPE_TOKEN, more[i])) note('scope', more[i], 'contract');
      else if (!includes(without, more[i]) && !includes(scopes, more[i])) scopes[scopes.length] = more[i];
    }
    claims.scope = scopes;
    return claims;
  };

  const resultOf = (result, args, note) => {
    if (isNothing(result)) return { __proto__: null, scope: args.scope };
    if (!isObject(result)) return NO_RESULT;
    const { claimsAndScopeOverrideDetails: details, claimsOverrideDetails: ofV1 } = result.response ?? {};
    if (!isNothing(ofV1)) note('claim', 'claimsOverrideDetails', 'not_supported');
    const generation = details?.accessTokenGeneration;
    return isNothing(generation) ? { __proto__: null, scope: args.scope } : shapedBy(generation, args, note);
  };

  const adaptHandler =
    (handler) =>
    (args, secretsJson, cb, { note }) => {
      const clientMetadata = metadataOf(args.body);
      if (clientMetadata === undefined) {
        cb(refusal('InvalidClientMetadata', 'aws_client_metadata must be a JSON object of texts'));
        return undefined;
      }
      const answer = withResolvers();
      const callback = (error, result) => {
        if (isNothing(error)) answer.resolve(result);
        else answer.reject(error);
      };
      const event = eventOf(args, clientMetadata, parse(secretsJson).AWS_REGION ?? '');
      try {
        const returned = handler(event, contextOf(callback), callback);
        // One that gives nothing at once will call back.
        if (returned !== undefined) answer.resolve(returned);
      } catch (error) {
        answer.reject(error);
      }
      return then(
        resolved(answer.promise),
        (result) => cb(null, resultOf(result, args, note)),
        (error) => cb(refusedBy(error)),
      );
    };

  return {
    __proto__: null,
    missing: 'the module exports no function handler',
    /** Handlers read their environment when they are loaded. */
    prepare(secrets) {
      const { env } = globalThis.process;
      for (const name of keys(secrets)) env[name] = secrets[name];
    },
    adapt: (exported) => (typeof exported?.handler === 'function' ? adaptHandler(exported.handler) : undefined),
  };
});
