/** Of all but `hookmint hook …`: the command's words, what it does in a line, and all that one must know to call it. */
export const COMMANDS_HELP: readonly [words: string, line: string, text: string][] = [
  [
    'token',
    'asks for a token, and shows what is in it and what hooks did',
    `hookmint token [OPTION ...]

  Asks for an access token as a client does, and shows its header, its claims, and what hooks added
  and dropped: of the hookmint that runs on this machine as its demo client, or, where HOOKMINT_URL
  is set, as HOOKMINT_CLIENT_ID with HOOKMINT_CLIENT_SECRET.

    --audience AUDIENCE   the API that it is for (default of this machine's: its demo API)
    --scope "A B"         the scopes to ask for (default: all that the client is granted)
    --param NAME=VALUE    a further parameter of the request, context.body of hooks; can be repeated
    --data DIR            of the hookmint that runs on this machine (default .hookmint/)
    --raw                 the access token alone, for scripts
    --json                all of it as one JSON object: status, answer, header, claims, log

  Exit code 0: a token; 1: no token; 2: the command is wrong.`,
  ],
  [
    'tokens',
    'who asked for which token, and what became of it',
    `hookmint tokens [OPTION ...]

  Who asked for which token, and what became of it.

    --live                as it happens, until Ctrl-C
    --search SEARCH       as of the API's logs: client_id:…, audience:"…", hook_id:…, error_code:…,
                          correlation_id:…, jti:…, trace_id:…
    --count N             the last N (default 20, at most 100)
    --json                the logs as the API has them; with --live one a line`,
  ],
  [
    'recording',
    'what is recorded of requests, for rehearsals of hooks',
    `hookmint recording [on | off | show ID | delete] [OPTION ...]

  Shows what is recorded of the requests that hooks shape, and changes it.

    on                    records a share of them; what is not given stays as it is
      --percent N         of the requests
      --max-mib N         most that recordings take (default 64); the oldest go first
      --max-hours N       how long they are kept (default 72)
      --redact-body NAME  --redact-metadata NAME  --redact-claims NAME
                          members whose values are not recorded; can be repeated
    off                   records no more; what is recorded stays for its time
    show ID               what hooks were told of a request, as an event of "hook run"; audited
    delete                all recordings; with --client ID those of a client`,
  ],
  [
    'console',
    'a link that signs in to the console in a browser',
    `hookmint console [OPTION ...]

  Prints a link that signs in to the console, once, within 15 minutes.

    --role ROLE           "admin" (default), "operator", "author" or "viewer"
    --data DIR            of the hookmint that runs on this machine (default .hookmint/), where
                          HOOKMINT_URL is not set`,
  ],
  [
    'import',
    'moves an export of auth0-deploy-cli into hookmint',
    `hookmint import DIR [OPTION ...]

  Moves an export of auth0-deploy-cli (a folder, or the YAML file) into hookmint: shows what it
  would do, does it, and tries each hook once with a sample event.

    --secrets FILE        values that exports never hold, JSON or YAML: {"hooks": {NAME: {SECRET:
                          VALUE}}, "actions": {...}, "clients": {NAME: CLIENT_SECRET}}; or a
                          variable for each, which the plan names
    --dry-run             shows the plan and changes nothing
    --yes                 does not ask
    --accept-losses       goes on without the settings that hookmint does not have (LOSS in its
                          plan)
    --json                the plan and what came of it as one JSON object

  Exit code 0: done; 1: some of it was refused or would be lost; 2: the files or the command are
  wrong.

hookmint import PATH --from SYSTEM [OPTION ...]

  Makes one hook of code that another system has, and shows what it is made of.

    --from logto          PATH is the JSON of GET /api/configs/jwt-customizer, or of its
                          client-credentials
    --from cognito-lambda PATH is the handler's file, its folder, or the zip of that
    --from hydra-webhook  PATH is Hydra's configuration, YAML or JSON
    --from wso2-webhook   PATH is the JSON of GET /api/server/v1/actions/preIssueAccessToken/{id}
    --from okta-webhook   PATH is the JSON of GET /api/v1/inlineHooks, or of one of them
    --configuration FILE  of a Lambda: the JSON of aws lambda get-function-configuration, for the
                          handler's name and the environment
    --key-header NAME     of WSO2: the header in which an endpoint by API_KEY expects its key
    --secrets FILE        {"NAME": "value"}: what the source does not give out; or a variable for
                          each, which the command names
    --allow-address CIDR  --allow-host HOST  where it may send requests; can be repeated
    --name NAME           of the hook (default: the system's, or the function's)
    --on-failure WHAT     "deny" or "issue_unmodified" (default: as the source does)
    --accept-losses       goes on without the settings that hookmint does not have (LOSS)
    --enable              has it shape tokens
    --dry-run             shows what it is made of, and changes nothing`,
  ],
  [
    'export',
    "writes hookmint's configuration in the same layout",
    `hookmint export DIR [--identifiers]

  Writes hookmint's configuration in the layout of auth0-deploy-cli, without secrets.`,
  ],
  [
    'diff',
    'shows what apply would do',
    `hookmint diff DIR [OPTION ...]

  Shows what apply would do, with the same options.

  Exit code 0: nothing; 1: something; 2: the files or the command are wrong.`,
  ],
  [
    'apply',
    'makes hookmint as files say, for pipelines',
    `hookmint apply DIR [OPTION ...]

  Makes hookmint as the files say, for pipelines: it asks nothing.

    --secrets FILE        as import takes it; secrets that are given here always count as a change
    --prune               removes what the files do not have, of the kinds that they have
    --accept-losses       as import takes it
    --json                the plan and what came of it as one JSON object

  Exit code 0: hookmint is as the files say; 1: some of it was refused or would be lost; 2: as of
  diff.`,
  ],
  [
    'promote',
    'gives a hook of one hookmint to another, such as staging to production',
    `hookmint promote [NAME | NAME@N] --from WHERE --to WHERE [OPTION ...]

  Shows in what a hook's revision differs from what is deployed at the target (code, checks,
  settings, names of secrets), and deploys it there once that is confirmed. Without NAME it is the
  hook that is enabled at the source; without N what is deployed of it.

    --from WHERE, --to WHERE
                          a URL, with the credentials of HOOKMINT_FROM_CLIENT_ID and
                          HOOKMINT_FROM_CLIENT_SECRET, or of HOOKMINT_TO_…; or a profile, such as
                          production: HOOKMINT_PROFILE_PRODUCTION_URL, …_CLIENT_ID and …_CLIENT_SECRET.
                          …_ACCESS_TOKEN goes for both. One may be left out: it is HOOKMINT_URL
    --yes                 asks nothing
    --draft               as a draft, which can be rehearsed at the target first
    --force               deploys it although its checks fail at the target; audited
    --without-secrets     also where the target has no value of a secret. Values never come from the
                          source; HOOKMINT_SECRET_<HOOK>_<SECRET> gives the target one that it lacks,
                          where NAME is given

  Exit code 0: the target has it; 1: it does not, and why is told; 2: the command is wrong, or one
  of the two does not answer.`,
  ],
  [
    'trust',
    'has tokens of a platform authenticate a client',
    `hookmint trust add PLATFORM WHO --client ID [OPTION ...]

  Has tokens of a platform authenticate a client, which needs no secret then.

    github OWNER/REPO     --ref REF (default refs/heads/main) or --environment NAME
    gitlab GROUP/PROJECT  --ref BRANCH (default main)
    kubernetes NAMESPACE/SERVICEACCOUNT --issuer URL
    spiffe ID --issuer URL --jwks-uri URL
    aws ROLE-ARN --issuer URL
    google UNIQUE-ID      of a service account
    azure TENANT/OBJECT   --audience AUDIENCE
    oidc SUBJECT --issuer URL

    --audience AUDIENCE   the aud of the tokens; default: the URL of hookmint
    --issuer URL, --jwks-uri URL  of an installation of your own
    --jwks-file FILE      the issuer's keys, where hookmint cannot fetch them`,
  ],
  [
    'tenant',
    'the tenants that a deployment serves beside its own',
    `hookmint tenant create NAME | list | suspend NAME | resume NAME | delete NAME [OPTION ...]

  Makes tenants on one deployment, each with its own issuer, keys, clients, APIs, hooks, secrets,
  logs and Management API; as a client of the deployment's own tenant with a grant for the
  operator's API, where that is on (HOOKMINT_OPERATOR_API).

    create NAME           and prints how to reach it, for eval: eval "$(npx hookmint tenant create …)"
      --issuer URL        a host of its own, which must lead to the gateway (default: below t/NAME/
                          at the deployment's)
    suspend NAME          it is answered nothing from now on, and loses nothing
    resume NAME
    delete NAME           one that is suspended, with all that it has; nothing brings it back
    --data DIR            of the hookmint that runs on this machine (default .hookmint/), where
                          HOOKMINT_URL is not set
    --json                the answer of the API`,
  ],
];
