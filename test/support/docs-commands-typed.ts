/** Which test types a page's blocks of `console` as they stand, and compares what is printed. */
export const PAGES_TYPED: Readonly<Record<string, string>> = {
  'docs/changing-hooks.md': 'test/e2e/changing-guide.test.ts',
  'docs/moving-from-auth0.md': 'test/e2e/moving-guide.test.ts',
  'docs/first-client.md': 'test/e2e/worked-answers.test.ts',
  'docs/who-got-which-token.md': 'test/e2e/worked-answers.test.ts',
  'docs/colleagues.md': 'test/e2e/worked-answers.test.ts',
  'docs/environments.md': 'test/e2e/worked-answers.test.ts',
};

const WORKED_ANSWERS = 'test/e2e/worked-answers.test.ts';

/** Which tests type the other commands of a page: those of the command line with each of their options, `curl` by worked-answers.test.ts. */
export const TYPED_BY: Readonly<Record<string, readonly string[]>> = {
  'README.md': [
    'test/package/package.test.ts',
    'test/e2e/cli-token.test.ts',
    'test/e2e/moving-guide.test.ts',
    'test/e2e/cli-contracts.test.ts',
    'test/e2e/import-webhooks.test.ts',
  ],
  'docs/try-it.md': ['test/package/package.test.ts'],
  'docs/clients.md': ['test/attacks/federated-clients.test.ts', 'test/attacks/cli-servers.test.ts', WORKED_ANSWERS],
  'docs/libraries.md': ['test/attacks/federated-clients.test.ts'],
  'docs/console.md': [WORKED_ANSWERS, 'test/support/console.ts'],
  'docs/from-cognito.md': ['test/e2e/cli-contracts.test.ts', 'test/e2e/cli-deploy.test.ts'],
  'docs/from-logto.md': ['test/e2e/cli-contracts.test.ts', 'test/e2e/cli-deploy.test.ts'],
  'docs/from-hydra.md': [
    'test/e2e/import-webhooks.test.ts',
    'test/e2e/cli-webhooks.test.ts',
    'test/e2e/cli-deploy.test.ts',
  ],
  'docs/from-okta.md': [
    'test/e2e/import-webhooks.test.ts',
    'test/e2e/cli-webhooks.test.ts',
    'test/e2e/cli-deploy.test.ts',
  ],
  'docs/from-wso2.md': [
    'test/e2e/import-webhooks.test.ts',
    'test/e2e/cli-webhooks.test.ts',
    'test/e2e/cli-deploy.test.ts',
  ],
  'docs/webhooks.md': ['test/e2e/cli-webhooks.test.ts'],
  'docs/hooks.md': [
    'test/e2e/cli.test.ts',
    'test/e2e/cli-deploy.test.ts',
    'test/e2e/cli-token.test.ts',
    'test/e2e/hook-inspect.test.ts',
    WORKED_ANSWERS,
  ],
  'docs/backup.md': ['test/e2e/restore.test.ts'],
  'docs/tenants.md': ['test/e2e/tenants.test.ts', 'test/e2e/cli-deploy.test.ts'],
};

/** Of a page, beginnings of commands that no test types as they stand, and why. */
export const NOT_TYPED: Readonly<Record<string, readonly (readonly [beginning: string, why: string])[]>> = {
  'README.md': [
    ['npm start', 'test/support/stack.ts starts it for every test'],
    ['npm test', 'it is what runs this'],
    ['npm install hookmint', 'test/package/package.test.ts installs the tarball by npm'],
    ['export NODE_EXTRA_CA_CERTS', 'test/e2e/tls.test.ts has the line as npm start prints it'],
    ['AUTH0_DOMAIN', 'test/e2e drives auth0-deploy-cli by its own interface'],
  ],
  'docs/try-it.md': [['npm install hookmint', 'test/package/package.test.ts installs the tarball by npm']],
  'docs/backup.md': [
    ['mongodump', "MongoDB's tools are no package of npm's; test/e2e/restore.test.ts does the same by the driver"],
    ['mongorestore', "MongoDB's tools are no package of npm's; test/e2e/restore.test.ts does the same by the driver"],
    ['nats', 'test/e2e/restore.test.ts calls it with other paths'],
  ],
  'docs/clients.md': [
    ['ASSERTION=', 'GitHub Actions alone gives such a token; test/attacks/federated-clients.test.ts makes one'],
    ['curl -sS --cert', 'test/conformance/rfc8705.test.ts shows certificates by TLS of Node'],
    [
      'curl -sS $HOOKMINT_URL/oauth/token -d grant_type=client_credentials -d client_id=$CLIENT_ID -d audience=$API \\\n  -d client_assertion',
      'test/conformance has assertions of its own',
    ],
    ['curl -sS $HOOKMINT_URL/oauth/token -u', 'test/conformance/ has providers whose tokens are exchanged'],
  ],
  'docs/environments.md': [['export', 'values of an example; test/e2e/worked-answers.test.ts sets its own']],
  'docs/from-cognito.md': [
    ['aws', 'needs an account of AWS; test/corpus/contracts/cognito-lambda has what it gives'],
    ['curl …', 'test/e2e/cli-contracts.test.ts sends the parameter'],
  ],
  'docs/from-hydra.md': [['echo', 'a file that tests write']],
  'docs/from-okta.md': [['echo', 'a file that tests write']],
  'docs/from-wso2.md': [['echo', 'a file that tests write']],
  'docs/webhooks.md': [['echo', 'a file that tests write']],
  'docs/keys.md': [
    ['curl', 'test/e2e/management-keys.test.ts makes the same calls: one key after the other is replaced and revoked'],
  ],
  'docs/kubernetes.md': [
    ['docker', 'no engine is on every machine: test/containers builds and runs the same by podman'],
    ['kubectl', 'needs a cluster: test/cluster has an API server take the manifests'],
    ['helm', 'needs a cluster: test/cluster installs the chart at an API server, by install and upgrade'],
    [
      'node deploy/local/start.js deploy/secrets/main.ts',
      'test/containers and test/contract/manifests.test.ts make them',
    ],
  ],
};

export const isExcused = ({ page, command }: { page: string; command: string }): boolean =>
  (NOT_TYPED[page] ?? []).some(([beginning]) => command.startsWith(beginning));
