/** Of `hookmint hook …`: the command's words, what it does in a line, and all that one must know to call it. */
export const HOOK_COMMANDS_HELP: readonly [words: string, line: string, text: string][] = [
  [
    'hook new',
    'writes a template of a hook or an Action',
    `hookmint hook new [FILE] [--action] [--contract WHICH] [--ts]

  Writes a template of a hook (default hook.js), never over a file that is there.

    --action              of an Action (default action.js)
    --contract WHICH      "auth0-hook", "auth0-action", "logto", "cognito-lambda",
                          "webhook", "hydra-webhook", "wso2-webhook",
                          "okta-webhook"
    --ts                  in TypeScript (default hook.ts, action.ts), as where FILE ends in .ts`,
  ],
  [
    'hook run',
    'runs a hook once on this machine, and shows what the token would hold',
    `hookmint hook run FILE [OPTION ...]

  Runs a hook or an Action once, with the limits of the service, and shows the token's scopes and
  claims. FILE is JavaScript, TypeScript where its name ends in .ts, or a webhook's JSON.

    --event FILE          a JSON object with any of client, scope, audience, body, request;
                          a sample has the rest
    --secrets FILE        the hook's secrets, a JSON object of names and values
    --allow-address CIDR  lets the hook reach an address that is not public; can be repeated
    --custom-claims WHICH "namespaced" (default) or "relaxed", as the tenant has it; only of
                          Auth0's hooks
    --contract WHICH      what the code is written to, where it does not tell: "auth0-hook",
                          "auth0-action", "logto", "cognito-lambda", "webhook",
                          "hydra-webhook", "wso2-webhook",
                          "okta-webhook"
    --json                the same as one JSON object
    --inspect[=PORT]      waits for a debugger, of Chrome or an editor, at this machine's port
                          (default 9229; 0: any free one), then runs: it stops at breakpoints in
                          FILE. In Node itself, without limits of time, CPU and memory
    --inspect-brk[=PORT]  the same, and stops at the first line

  Exit code 0: a token; 1: no token; 2: the hook cannot be built, or the command is wrong.
  Modules that a hook requires are those in the "dependencies" of a package.json beside it.`,
  ],
  [
    'hook test',
    'runs a folder of cases, and compares with what each expects',
    `hookmint hook test DIR

  Runs every *.case.json in a folder and below, and compares with what each expects.

  Exit code 0: all passed; 1: some failed; 2: the command or a case file is wrong.`,
  ],
  [
    'hook deploy',
    'makes a file the hook that a running hookmint runs',
    `hookmint hook deploy FILE [OPTION ...]

  Makes the file the hook that a running hookmint runs; its name is the file's.

    --name NAME           another name
    --draft               a revision that is not deployed; of a new hook the first one, which is
                          not enabled
    --enable, --no-enable enables it in the place of the enabled hook, or disables it; without:
                          as it was, a new one is not enabled
    --secrets FILE        all of the hook's secrets, a JSON object; without: as they were
    --limits JSON         limits other than the defaults, such as {"cpu_ms": 500}, or a file of them
    --allow-address CIDR  --allow-host HOST  where it may send requests; can be repeated
    --on-failure WHAT     "deny" (default) or "issue_unmodified"
    --isolation WHAT      "shared" (default) or "process": no other hook runs in its processes
    --contract WHICH      as of "hook run"

    --checks DIR          its cases (as of "hook test") become part of the revision: each is run where
                          hooks run, and what fails is not deployed; without: as they were
    --force               deploys it though checks fail; the audit has which

  To a part of the clients, and back by itself when it does worse than the deployed revision:

    --percent N           of all clients, the same ones as N grows
    --client ID           this client; can be repeated
    --max-errors N        percentage points more of runs that fail (default 1)
    --max-denials N       of runs that refuse the token (default 10)
    --max-dropped N       of runs of whose result something is left out (default 1)
    --max-p99 N           times as long for 99 % of runs (default 3)`,
  ],
  [
    'hook rehearse',
    'runs past requests through another revision, and compares',
    `hookmint hook rehearse FILE | NAME@N [OPTION ...]

  Runs past requests through the deployed revision and another, side by side where hooks run, and
  groups in what the tokens would differ. Nothing is issued; what the code stores is gone.

    --last N              the newest N requests (default 200)
    --since TIME          all since then: 90m, 24h, 7d, or a date
    --client ID           requests of a client; can be repeated
    --source WHICH        "recordings" or "logs"; without: recordings where there are some
    --network WHICH       "refused" (default): requests that the code makes fail, on both sides;
                          "live": they are really made, by both; "recorded": those of the deployed
                          revision are, and the other gets the same answers
    --name NAME           of the hook, where it is not the file's
    --contract WHICH      as of "hook run"
    --json                the same as one JSON object

  Exit code 0: no difference; 1: differences; 2: nothing to compare with, or the command is wrong.`,
  ],
  [
    'hook shadow',
    'runs another revision beside the deployed one, and compares',
    `hookmint hook shadow FILE | NAME@N --percent N [OPTION ...]
hookmint hook shadow NAME [--stop] [--json]

  Runs another revision for a share of the requests, after their answers, and groups in what the
  tokens would differ. It shapes nothing, and what it stores is gone. NAME alone: what it found.

    --percent N           of the requests
    --network WHICH       "refused" (default): requests that the code makes fail; "live": they are
                          really made, beside those of the deployed revision
    --name NAME           of the hook, where it is not the file's
    --contract WHICH      as of "hook run"
    --stop                runs it no more
    --json                the same as one JSON object

  Exit code of NAME: 0: no difference so far; 1: differences.`,
  ],
  [
    'hook gradual',
    'how a gradual deployment does',
    `hookmint hook gradual NAME [--json]

  Tells of the gradual deployment that is on, or of the last: its part, the runs of the last minute
  beside those of the deployed revision, and how many tokens it shaped.

  Exit code 1: it has returned by itself.`,
  ],
  [
    'hook promote',
    'deploys a gradual deployment to all clients',
    `hookmint hook promote NAME

  Deploys the revision of the gradual deployment to all clients.`,
  ],
  [
    'hook return',
    'returns from a gradual deployment',
    `hookmint hook return NAME

  The deployed revision shapes all tokens again.`,
  ],
  [
    'hook try',
    'runs a draft or a revision once, where hooks run',
    `hookmint hook try NAME[@N] [OPTION ...]

  Runs the draft, or revision N, once where hooks run, and shows what "hook run" shows.

    --event FILE          as of "hook run"
    --log ID              the token request of that log (/api/v2/logs), with the client and grant
                          as they are now
    --json                the same as one JSON object

  Exit code 0: a token; 1: no token; 2: the command is wrong.`,
  ],
  [
    'hook enable',
    'has a hook shape tokens',
    `hookmint hook enable NAME[@N] [--force]

  Has it shape tokens, with revision N if given, in the place of the enabled hook;
  with --force though its checks fail.`,
  ],
  [
    'hook disable',
    'has tokens issued without it',
    `hookmint hook disable NAME

  Tokens are issued without it.`,
  ],
  [
    'hook rollback',
    'deploys the revision before',
    `hookmint hook rollback NAME [--to N] [--force]

  Deploys the revision before, or revision N of the history; with --force though its checks fail.`,
  ],
  [
    'hook list',
    'hooks and their revisions',
    `hookmint hook list [--json]

  Hooks and their revisions.`,
  ],
  [
    'hook diff',
    'the difference of two revisions',
    `hookmint hook diff NAME [A] [B]

  Two revisions; without numbers: the deployed one and the draft, or the one before.

  Exit code 0: they are the same; 1: they differ.`,
  ],
  [
    'hook logs',
    'what a hook prints and why it fails, as it runs',
    `hookmint hook logs NAME [--json]

  What the hook prints and why it fails, as it runs, until Ctrl-C.`,
  ],
];
