// Runs inside the isolate, like ../bootstrap.js: the contract of Auth0's Client Credentials Exchange hooks (contract §1).
(function (tools) {
  'use strict';
  const { parse, stringify } = JSON;
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const ErrorClass = Error;

  // A longer document is too long for the executor, which says so.
  const LONGEST_DOCUMENT_SENT = 600_000;

  const webtaskId = 'hook';
  const ask = (request, done) => {
    const asked = then(
      tools.ask('storage', request),
      (answer) => done(null, answer),
      (error) => done(error),
    );
    // As in Node, where an error thrown by a callback is uncaught.
    then(asked, undefined, (error) => tools.failed(error));
  };
  const documentOf = ({ json }) => (json === null ? undefined : parse(json));
  const requireCallback = (cb) => {
    if (typeof cb !== 'function') throw new ErrorClass('Callback must be a function.');
  };
  const storage = {
    get(options, cb) {
      const done = cb ?? options;
      requireCallback(done);
      ask({ __proto__: null, operation: 'get' }, (error, answer) => {
        if (error === null) done(null, documentOf(answer));
        else done(error);
      });
    },
    set(data, options, cb) {
      const done = cb ?? (typeof options === 'function' ? options : undefined);
      if (done !== undefined) requireCallback(done);
      const json = data === null ? undefined : stringify(data);
      const length = json === undefined ? 0 : json.length;
      const force = typeof options === 'object' && options !== null && Boolean(options.force);
      const request = { __proto__: null, operation: 'set', force, length };
      if (length > 0 && length <= LONGEST_DOCUMENT_SENT) request.json = json;
      ask(request, (error, answer) => {
        if (error === null && answer.conflict) {
          error = new ErrorClass('Item was modified since it was read.');
          error.code = 409;
          error.conflict = documentOf(answer);
        }
        done?.(error);
      });
    },
  };

  const contextOf = (args, secretsJson) => ({
    body: args.body,
    ...(args.proof_of_possession && { proof_of_possession: args.proof_of_possession }),
    ...(args.client_assertion && { client_assertion: args.client_assertion }),
    ...(args.protocol && { protocol: args.protocol }),
    ...(args.subject && { subject: args.subject }),
    ...(args.actor && { actor: args.actor }),
    webtask: {
      body: { audience: args.audience, client: args.client, scope: args.scope },
      secrets: parse(secretsJson),
      data: parse(secretsJson),
      query: {},
      params: {},
      headers: {},
      meta: {},
      storage: { ...storage },
      id: webtaskId,
      body_raw: stringify({ audience: args.audience, client: args.client, scope: args.scope }),
    },
  });

  return {
    __proto__: null,
    missing: 'func is not a function: the hook exports no function',
    adapt: (hook) =>
      typeof hook !== 'function'
        ? undefined
        : (args, secretsJson, cb) => hook(args.client, args.scope, args.audience, contextOf(args, secretsJson), cb),
  };
});
