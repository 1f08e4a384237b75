'use strict';
var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __export = (target, all) => {
  for (var name in all) __defProp(target, name, { get: all[name], enumerable: true });
};
var __toCommonJS = (mod) => {
  const to = __defProp({}, '__esModule', { value: true });
  for (const key of __getOwnPropNames(mod)) __defProp(to, key, { get: () => mod[key], enumerable: true });
  return to;
};
// As a bundler leaves a module in TypeScript.
var handler_exports = {};
__export(handler_exports, { handler: () => handler });
module.exports = __toCommonJS(handler_exports);
var handler = async (event) => {
  event.response = {
    claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { compiled: 'yes' } } },
  };
  return event;
};
0 && (module.exports = { handler });
