/** A page: its source, from the repository's root, or `reference/…`, which is made of the code; and what the list of pages calls it. */
type Entry = readonly [source: string, title: string];

export type Section = { title: string; entries: readonly Entry[] };

/** Every page, in the order in which somebody needs them. */
export const CONTENTS: readonly Section[] = [
  {
    title: 'Try it',
    entries: [
      ['docs/try-it.md', 'The first token'],
      ['README.md', 'What hookmint is'],
      ['docs/who-got-which-token.md', 'Who got which token, and why'],
    ],
  },
  {
    title: 'Move to it',
    entries: [
      ['docs/moving-from-auth0.md', 'From Auth0'],
      ['docs/from-okta.md', 'From Okta'],
      ['docs/from-cognito.md', 'From Cognito'],
      ['docs/from-logto.md', 'From Logto'],
      ['docs/from-hydra.md', 'From Ory Hydra'],
      ['docs/from-wso2.md', 'From WSO2'],
      ['docs/port-a-script.md', 'Port a script'],
    ],
  },
  {
    title: 'Write hooks',
    entries: [
      ['docs/hooks.md', 'Hooks and Actions'],
      ['docs/node-modules.md', "Node's modules in hooks"],
      ['docs/webhooks.md', 'Hooks that are endpoints'],
      ['docs/changing-hooks.md', 'Change a hook without fear'],
      ['docs/console.md', 'The console'],
    ],
  },
  {
    title: 'Run it',
    entries: [
      ['docs/kubernetes.md', 'In production'],
      ['docs/first-client.md', 'A client, by curl'],
      ['docs/environments.md', 'Two environments'],
      ['docs/tenants.md', 'Many tenants'],
      ['docs/upgrade.md', 'Upgrade, and back'],
      ['docs/backup.md', 'Backup and restore'],
      ['docs/observability.md', 'Observability'],
      ['docs/runbook.md', 'Runbook of the alerts'],
      ['docs/reliability.md', 'Reliability'],
      ['docs/overload.md', 'Overload'],
      ['docs/scaling.md', 'Scaling'],
      ['docs/performance.md', 'Performance'],
    ],
  },
  {
    title: 'Secure it',
    entries: [
      ['docs/clients.md', 'How a client authenticates'],
      ['docs/libraries.md', 'Libraries for clients and APIs'],
      ['docs/colleagues.md', 'Rights of a colleague'],
      ['docs/keys.md', 'Signing keys'],
      ['SECURITY.md', 'Threat model'],
    ],
  },
  {
    title: 'Reference',
    entries: [
      ['reference/api.md', 'API'],
      ['reference/configuration.md', 'Configuration'],
      ['reference/commands.md', 'Commands'],
      ['reference/errors.md', 'Error codes'],
      ['reference/metrics.md', 'Metrics'],
      ['CHANGELOG.md', 'Changelog'],
    ],
  },
];

export const SOURCES: readonly string[] = CONTENTS.flatMap(({ entries }) => entries.map(([source]) => source));

/** Of a source, its path in the site without an ending: `docs/hooks.md` is `hooks`. */
export const addressOf = (source: string): string =>
  source === 'README.md'
    ? 'overview'
    : source
        .replace(/^docs\//, '')
        .replace(/\.md$/, '')
        .toLowerCase();
