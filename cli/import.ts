import { createInterface } from 'node:readline/promises';
import { UsageError } from '../shared/usage-error.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from './command.ts';
import { printable } from './printable.ts';
import { carryOut } from './sync/carry-out.ts';
import { tryEach } from './sync/dry-runs.ts';
import { refusesLosses } from './sync/losses-told.ts';
import { openPlan, type OpenPlan } from './sync/open-plan.ts';
import { changesAnything } from './sync/plan.ts';
import { planJson, planText } from './sync/report.ts';
import { secretVariable } from './sync/secret-values.ts';

/** `hookmint import DIR`: moves a tenant's export into hookmint: shows a plan, applies it, and tries each hook once. */
export async function importTenant(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, {
    secrets: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'accept-losses': { type: 'boolean', default: false },
  });
  const dir = onlyArgument(positionals, 'a folder or YAML file', 'hookmint import');
  let plan = await openPlan(dir, { secretsFile: values.secrets, prune: false });
  const show = (text: string): void => {
    if (!values.json) process.stdout.write(text);
  };
  show(planText(plan.steps, plan.ignored));
  if (values['dry-run']) {
    if (values.json) process.stdout.write(`${JSON.stringify(planJson(plan.steps, plan.ignored), null, 2)}\n`);
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
    const report = { ...planned, failures, new_clients, new_client_ids, dry_runs: tried };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  }
  for (const { kind, name, reason } of done.failures) show(printable(`FAILED ${kind} ${name}: ${reason}\n`));
  for (const { name, client_id, client_secret } of done.newClients) {
    show(
      printable(`new credentials of ${name}, shown this once: client_id ${client_id} client_secret ${client_secret}\n`),
    );
  }
  for (const { name, client_id } of done.newIds) show(printable(`new client_id of ${name}: ${client_id}\n`));
  for (const { kind, name, result } of tried) show(printable(`tried ${kind} ${name}: ${result}\n`));
  return done.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

type Missing = { owner: string; secret: string };

const missingOf = ({ steps }: OpenPlan): Missing[] =>
  steps.flatMap(({ name, missingSecrets }) => missingSecrets.map((secret) => ({ owner: name, secret })));

/** An export never holds the values of secrets; whoever imports it has them. */
async function askForSecrets(plan: OpenPlan): Promise<void> {
  const missing = missingOf(plan);
  if (!process.stdin.isTTY) {
    const names = missing.map(({ owner, secret }) => `${secret} of ${owner} (${secretVariable(owner, secret)})`);
    throw new UsageError(
      `These secrets have no value: ${names.join(', ')}. Set the variables, or give them in a file with --secrets.`,
    );
  }
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  for (const { owner, secret } of missing) {
    process.env[secretVariable(owner, secret)] = await questions.question(`Value of ${secret} for ${owner}: `);
  }
  questions.close();
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody is there to confirm the plan; add --yes to apply it.');
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await questions.question('Apply this plan? [y/N] ');
  questions.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was changed.');
}
