// Action: what a compiler of TypeScript writes.
'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
exports.onExecuteCredentialsExchange = void 0;
const node_crypto_1 = require('node:crypto');
const onExecuteCredentialsExchange = async (event, api) => {
  var _a;
  const plan = (_a = event.client.metadata) === null || _a === void 0 ? void 0 : _a['plan'];
  api.accessToken.setCustomClaim('https://orders.example.com/compiled', [
    plan,
    (0, node_crypto_1.randomBytes)(8).length === 8,
  ]);
};
exports.onExecuteCredentialsExchange = onExecuteCredentialsExchange;
