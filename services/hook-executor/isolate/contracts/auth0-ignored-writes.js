// Runs inside the isolate, like auth0-action.js: finds what an Action assigned to where only a call does something, once it has ended.
// Gives `observe(event, api)`, and that a function whose answer is a list of `{ path, use }`: the place, and the call to make.
(function () {
  'use strict';
  const { keys, hasOwn } = Object;
  const { stringify } = JSON;
  const slice = Function.prototype.call.bind(String.prototype.slice);

  /** Reported of one run, and characters of a name. */
  const MAX_WRITES = 20;
  const MAX_NAME_LENGTH = 128;

  const GROUPS = ['access', 'accessToken', 'cache', 'transaction'];
  const CALLS = {
    __proto__: null,
    api: 'api.accessToken.setCustomClaim(name, value)',
    access: 'api.access.deny(code, reason)',
    accessToken: 'api.accessToken.setCustomClaim(name, value)',
    cache: 'api.cache.set(key, value)',
    transaction: 'api.transaction.setTargetScopes(scopes)',
  };

  /** The members of an object as they are now, and those of its that have changed since, with what they are now. */
  const membersOf = (object) => {
    const before = { __proto__: null };
    for (const name of keys(object)) before[name] = object[name];
    return before;
  };
  const changedSince = (before, object) => {
    const changed = [];
    if (typeof object !== 'object' || object === null) return changed;
    for (const name of keys(object)) {
      if (!hasOwn(before, name) || before[name] !== object[name]) changed[changed.length] = name;
    }
    return changed;
  };
  const at = (path, name) => `${path}[${stringify(slice(name, 0, MAX_NAME_LENGTH))}]`;

  return (event, api) => {
    const members = membersOf(api);
    const ofGroup = { __proto__: null };
    for (const group of GROUPS) ofGroup[group] = membersOf(api[group]);
    const { accessToken, transaction } = event;
    const ofToken = membersOf(accessToken);
    const claims = membersOf(accessToken.customClaims);
    const scope = stringify(accessToken.scope);

    return (targets) => {
      const writes = [];
      const add = (path, use) => {
        if (writes.length < MAX_WRITES) writes[writes.length] = { __proto__: null, path, use };
      };
      for (const name of changedSince(members, api)) add(at('api', name), CALLS[name] ?? CALLS.api);
      for (const group of GROUPS) {
        if (api[group] !== members[group]) continue;
        for (const name of changedSince(ofGroup[group], api[group])) add(at(`api.${group}`, name), CALLS[group]);
      }
      for (const name of changedSince(ofToken, accessToken)) {
        add(at('event.accessToken', name), name === 'scope' ? CALLS.transaction : CALLS.accessToken);
      }
      if (accessToken.customClaims === ofToken.customClaims) {
        for (const name of changedSince(claims, accessToken.customClaims)) {
          add(at('event.accessToken.customClaims', name), CALLS.accessToken);
        }
      }
      if (accessToken.scope === ofToken.scope && stringify(accessToken.scope) !== scope) {
        add('event.accessToken.scope', CALLS.transaction);
      }
      if (stringify(transaction.target_scopes) !== stringify(targets)) {
        add('event.transaction.target_scopes', CALLS.transaction);
      }
      for (const name of changedSince(
        { __proto__: null, accessToken, transaction },
        { __proto__: null, ...pick(event) },
      )) {
        add(at('event', name), name === 'accessToken' ? CALLS.accessToken : CALLS.transaction);
      }
      return writes;
    };
  };

  /** The members of an event that stand for what calls change. */
  function pick({ accessToken, transaction }) {
    return { accessToken, transaction };
  }
});
