import { ask, print, printJson } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from './command.ts';
import { carryOut } from './sync/carry-out.ts';
import { tryEach } from './sync/dry-runs.ts';
import { refusesLosses } from './sync/losses-told.ts';
import { openPlan, type OpenPlan } from './sync/open-plan.ts';
import { changesAnything } from './sync/plan.ts';
import { planJson, planLines } from './sync/report.ts';
import { secretVariable } from './sync/secret-values.ts';

/** `hookmint import DIR`: moves a tenant's export into hookmint: shows a plan, applies it, and tries each hook once. With `--from`, one hook of another system. */
export async function importTenant(args: string[]): Promise<ExitCode> {
  if (args.some((arg) => /^--from(?:=|$)/.test(arg)))
    return (await import('./import-from/import-from.ts')).importFrom(args);
  const { values, positionals } = readArgs(args, {
    secrets: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'accept-losses': { type: 'boolean', default: false },
  });
  const dir = onlyArgument(positionals, 'a folder or YAML file', 'hookmint import');
  let plan = await openPlan(dir, { secretsFile: values.secrets, prune: false });
  const show = (...lines: string[]): void => {
    if (!values.json) print(...lines);
  };
  show(...planLines(plan.steps, plan.ignored));
  if (values['dry-run']) {
    if (values.json) printJson(planJson(plan.steps, plan.ignored));
    return refusesLosses(plan.steps, values['accept-losses']) ? EXIT.failed : EXIT.ok;
  }
  if (refusesLosses(plan.steps, values['accept-losses'])) return EXIT.failed;

  if (missingOf(plan).length > 0) {
    await askForSecrets(plan);
    plan = await openPlan(dir, { secretsFile: values.secrets, prune: false });
  }
  if (changesAnything(plan.steps) && !values.yes) await confirm();
  const done = await carryOut(plan.steps, plan.api, plan.remote, () => undefined);
  const tried = await tryEach(done.shaped, plan.api);
  if (values.json) {
    const { newClients: new_clients, newIds: new_client_ids, failures } = done;
    const planned = planJson(plan.steps, plan.ignored);
    printJson({ ...planned, failures, new_clients, new_client_ids, dry_runs: tried });
  }
  for (const { kind, name, reason } of done.failures) show(`FAILED ${kind} ${name}: ${reason}`);
  for (const { name, client_id, client_secret } of done.newClients) {
    show(`new credentials of ${name}, shown this once: client_id ${client_id} client_secret ${client_secret}`);
  }
  for (const { name, client_id } of done.newIds) show(`new client_id of ${name}: ${client_id}`);
  for (const { kind, name, result } of tried) show(`tried ${kind} ${name}: ${result}`);
  return done.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

type Missing = { owner: string; secret: string };

const missingOf = ({ steps }: OpenPlan): Missing[] =>
  steps.flatMap(({ name, missingSecrets }) => missingSecrets.map((secret) => ({ owner: name, secret })));

/** An export never contains the values of secrets; the person who imports it has them. */
async function askForSecrets(plan: OpenPlan): Promise<void> {
  const missing = missingOf(plan);
  if (!process.stdin.isTTY) {
    const names = missing.map(({ owner, secret }) => `${secret} of ${owner} (${secretVariable(owner, secret)})`);
    throw new UsageError(
      `These secrets have no value: ${names.join(', ')}. Set the variables, or use a file with --secrets.`,
    );
  }
  for (const { owner, secret } of missing) {
    process.env[secretVariable(owner, secret)] = await ask(`Value of ${secret} for ${owner}: `);
  }
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError('Standard input is not a terminal, so the plan cannot be confirmed. Add --yes to apply it.');
  const answer = await ask('Apply this plan? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was changed.');
}
