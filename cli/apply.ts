import { print, printJson } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from './command.ts';
import { carryOut } from './sync/carry-out.ts';
import { refusesLosses } from './sync/losses-told.ts';
import { openPlan, type OpenPlan } from './sync/open-plan.ts';
import { changesAnything, countLosses } from './sync/plan.ts';
import { planJson, planLines } from './sync/report.ts';
import { secretVariable } from './sync/secret-values.ts';

const OPTIONS = {
  secrets: { type: 'string' },
  prune: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'accept-losses': { type: 'boolean', default: false },
} as const;

/** `hookmint apply DIR`: makes hookmint as the files say, for pipelines: exit code 0 when it is so afterwards, 1 when not. */
export async function applyTenant(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const dir = onlyArgument(positionals, 'a folder or YAML file', 'hookmint apply');
  const plan = await openPlan(dir, { secretsFile: values.secrets, prune: values.prune });
  refuseMissingSecrets(plan);
  if (refusesLosses(plan.steps, values['accept-losses'])) {
    if (values.json) printJson(planJson(plan.steps, plan.ignored));
    else print(...planLines(plan.steps, plan.ignored));
    return EXIT.failed;
  }
  const done = await carryOut(plan.steps, plan.api, plan.remote, () => undefined);
  if (values.json) {
    const { newClients: new_clients, newIds: new_client_ids, failures } = done;
    printJson({ ...planJson(plan.steps, plan.ignored), failures, new_clients, new_client_ids });
  } else {
    print(...planLines(plan.steps, plan.ignored));
    for (const { kind, name, reason } of done.failures) print(`FAILED ${kind} ${name}: ${reason}`);
    for (const { name, client_id, client_secret } of done.newClients)
      print(`new credentials of ${name}, shown this once: client_id ${client_id} client_secret ${client_secret}`);
    for (const { name, client_id } of done.newIds) print(`new client_id of ${name}: ${client_id}`);
  }
  return done.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

/** `hookmint diff DIR`: shows what `apply` would do: exit code 0 for nothing, 1 for something. */
export async function diffTenant(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const dir = onlyArgument(positionals, 'a folder or YAML file', 'hookmint diff');
  const { steps, ignored } = await openPlan(dir, { secretsFile: values.secrets, prune: values.prune });
  if (values.json) printJson(planJson(steps, ignored));
  else print(...planLines(steps, ignored));
  const isLossy = countLosses(steps) > 0 && !values['accept-losses'];
  return changesAnything(steps) || isLossy ? EXIT.failed : EXIT.ok;
}

function refuseMissingSecrets({ steps }: OpenPlan): void {
  const missing = steps.flatMap(({ name, missingSecrets }) =>
    missingSecrets.map((secret) => `${secret} of ${name} (${secretVariable(name, secret)})`),
  );
  if (missing.length === 0) return;
  throw new UsageError(
    `These secrets have no value: ${missing.join(', ')}. Set the variables, or use a file with --secrets. Nothing was changed.`,
  );
}
