/**
 * Modules that Auth0's runtime had installed, for hooks that require them without declaring them. Each was seen to be bundled
 * and to run in the versions given here; another version is had by declaring it in `dependencies`.
 */
export const DEFAULT_MODULES: Readonly<Record<string, string>> = {
  async: '3.2.6',
  auth0: '4.37.1',
  axios: '1.21.1',
  bluebird: '3.7.2',
  'crypto-js': '4.2.0',
  got: '11.8.6',
  jsonwebtoken: '9.0.3',
  'jwks-rsa': '3.2.2',
  'jwt-decode': '3.1.2',
  lodash: '4.18.1',
  moment: '2.31.0',
  'moment-timezone': '0.6.6',
  ms: '2.1.3',
  'node-fetch': '2.7.0',
  qs: '6.17.1',
  ramda: '0.32.0',
  request: '2.88.2',
  'request-promise': '4.2.6',
  'request-promise-native': '1.0.9',
  semver: '7.8.6',
  superagent: '9.0.2',
  underscore: '1.13.8',
  uuid: '8.3.2',
  validator: '13.15.35',
  xml2js: '0.6.2',
};

/** Peer dependencies of the modules above. */
export const DEFAULT_COMPANIONS: Readonly<Record<string, string>> = {
  'request-promise': 'request',
  'request-promise-native': 'request',
};
