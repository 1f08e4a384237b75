// Runs inside the isolate, like bootstrap.js: makes a hook of an Auth0 Action of the trigger credentials-exchange (contract §6).
// Gives `adapt(action)`, and that `(args, secrets, cb) -> promise`.
(function () {
  'use strict';
  const { now } = Date;
  const { keys, freeze } = Object;
  const { parse, stringify } = JSON;
  const ErrorClass = Error;
  const StringFunction = String;
  const resolved = Promise.resolve.bind(Promise);
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const includes = Function.prototype.call.bind(Array.prototype.includes);
  const filter = Function.prototype.call.bind(Array.prototype.filter);

  const MAX_CACHE_ENTRIES = 20;
  const MAX_CACHE_KEY_BYTES = 64;
  const MAX_CACHE_VALUE_BYTES = 4_096;
  const MAX_CACHE_BYTES = 8_192;
  const DEFAULT_CACHE_TTL_MS = 15 * 60_000;
  const MAX_CACHE_TTL_MS = 24 * 3_600_000;

  const DENIALS = {
    __proto__: null,
    invalid_scope: 'InvalidScopeError',
    invalid_request: 'InvalidRequestError',
    server_error: 'ServerError',
  };

  // Kept as long as the isolate: best effort, as the vendor's is.
  const cached = { __proto__: null };

  const cache = {
    get(key) {
      const entry = cached[`${key}`];
      if (entry === undefined) return undefined;
      if (entry.expires_at <= now()) {
        delete cached[`${key}`];
        return undefined;
      }
      return { value: entry.value, expires_at: entry.expires_at };
    },
    set(key, value, options) {
      key = StringFunction(key);
      if (typeof value !== 'string') return { type: 'error', code: 'InvalidValue' };
      if (key.length > MAX_CACHE_KEY_BYTES) return { type: 'error', code: 'CacheKeySizeExceeded' };
      if (value.length > MAX_CACHE_VALUE_BYTES) return { type: 'error', code: 'CacheValueSizeExceeded' };
      let bytes = key.length + value.length;
      let entries = 1;
      for (const other of keys(cached)) {
        if (cached[other].expires_at <= now()) delete cached[other];
        else if (other !== key) {
          entries++;
          bytes += other.length + cached[other].value.length;
        }
      }
      if (entries > MAX_CACHE_ENTRIES) return { type: 'error', code: 'ItemLimitExceeded' };
      if (bytes > MAX_CACHE_BYTES) return { type: 'error', code: 'CacheSizeExceeded' };
      const asked = options?.expires_at ?? now() + (options?.ttl ?? DEFAULT_CACHE_TTL_MS);
      const expires_at = asked < now() + MAX_CACHE_TTL_MS ? asked : now() + MAX_CACHE_TTL_MS;
      cached[key] = { value, expires_at };
      return { type: 'success', record: { key, value, expires_at } };
    },
    delete(key) {
      delete cached[`${key}`];
      return { type: 'success' };
    },
  };
  freeze(cache);

  return (action) => (args, secrets, cb) => {
    const granted = args.scope ?? [];
    const claims = { __proto__: null };
    let scopes = granted;
    let denied;
    const event = {
      accessToken: { customClaims: args.custom_claims ?? {}, scope: parse(stringify(granted)) },
      client: { client_id: args.client.id, name: args.client.name, metadata: args.client.metadata },
      request: { body: args.body, geoip: {}, ...args.request, requested_scopes: undefined },
      resource_server: { identifier: args.audience },
      secrets,
      tenant: { id: args.client.tenant },
      transaction: { requested_scopes: args.request.requested_scopes },
    };
    delete event.request.requested_scopes;
    const setScopes = (wanted) => {
      scopes = filter(granted, (scope) => includes(wanted, scope));
    };
    const api = {
      access: {
        deny(code, reason) {
          denied ??= { code: StringFunction(code), reason: StringFunction(reason ?? code) };
          return api;
        },
      },
      accessToken: {
        setCustomClaim(name, value) {
          claims[StringFunction(name)] = value;
          return api;
        },
      },
      cache,
      transaction: {
        addTargetScope(scope) {
          setScopes([...scopes, scope]);
          return api;
        },
        removeTargetScope(scope) {
          scopes = filter(scopes, (other) => other !== scope);
          return api;
        },
        setTargetScopes(wanted) {
          setScopes([...wanted]);
          return api;
        },
        clearTargetScopes() {
          scopes = [];
          return api;
        },
      },
    };
    return then(resolved(action(event, api)), () => {
      if (denied === undefined) {
        claims.scope = scopes;
        cb(null, claims);
        return;
      }
      const error = new ErrorClass(denied.reason);
      error.name = DENIALS[denied.code] ?? 'ServerError';
      cb(error);
    });
  };
});
