import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LINES_TYPE } from '../../shared/http/open-ended.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { managementToken } from '../support/management.ts';
import { withStack } from '../support/with-stack.ts';
import { openapiTools, type OpenapiTools } from './openapi-tools.ts';

const EXAMPLES_PER_OPERATION = 6;
/** How long the systematic cases go on; they are several thousand, and without a limit take a minute on two idle cores. */
const MAX_COVERAGE_SECONDS = 45;
const MAX_RUN_MS = 240_000;
/** The same cases each time; another seed is a way to look for more. */
const SEED = 20_261;

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

type Operation = { operationId: string; responses: { '200'?: { content?: Record<string, unknown> } } };
type Document = { paths: Record<string, Record<string, Operation>> };

const stack = withStack({ own: true, hook: null });
const folder = mkdtempSync(join(tmpdir(), 'hookmint-openapi-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the OpenAPI document', () => {
  let tools: OpenapiTools | { missing: string };
  const file = join(folder, 'openapi.json');
  let document: Document;
  /** schemathesis calls with ids that it saw in answers, and may change, or delete, whom it calls as. */
  let restoreCaller: () => Promise<void>;

  before(async () => {
    tools = openapiTools();
    const db = await stack().db();
    const [clientId, audience] = [stack().managementClientId, `${stack().url}/api/v2/`];
    const client = await clientsIn(db).find(clientId);
    const grant = await clientGrantsIn(db).findFor(clientId, audience);
    assert.ok(client !== undefined && grant !== undefined);
    restoreCaller = async () => {
      await clientsIn(db).put(client);
      await clientGrantsIn(db).removeAll({ client_id: clientId });
      await clientGrantsIn(db).put(grant);
      await stack().announceChange();
    };
    const text = await (await fetch(`${stack().url}/openapi.json`)).text();
    writeFileSync(file, text);
    document = JSON.parse(text) as Document;
  });

  it('is valid OpenAPI 3.1', async (test) => {
    if ('missing' in tools) {
      test.skip(tools.missing);
      return;
    }
    const { code, output } = await run(tools.specValidator, ['--schema', '3.1', file]);
    assert.equal(code, 0, output);
  });

  it('is what the running services do by random requests to each operation: no 5xx, no status and no body beside it', async (test) => {
    if ('missing' in tools) {
      test.skip(tools.missing);
      return;
    }
    const har = join(folder, 'run.har');
    const random = ['--phases', 'fuzzing', '--max-examples', String(EXAMPLES_PER_OPERATION)];
    const output = await schemathesis(tools, [...random, '--report', 'har', '--report-har-path', har]);
    assert.doesNotMatch(output, /Skipped:/);
    // That the requests went past the door, and were of either kind.
    const { log } = JSON.parse(readFileSync(har, 'utf8')) as { log: { entries: { response: { status: number } }[] } };
    const answered = (status: number): number =>
      log.entries.filter(({ response }) => response.status === status).length;
    assert.ok(answered(200) > 30 && answered(400) > 30, output);
  });

  it('is what they do by systematic requests, right and wrong in each member', async (test) => {
    if ('missing' in tools) {
      test.skip(tools.missing);
      return;
    }
    const systematic = ['--phases', 'coverage', '--max-time', String(MAX_COVERAGE_SECONDS)];
    const output = await schemathesis(tools, systematic);
    const generated = Number(/(\d+) generated/.exec(output)?.[1]);
    // As many as fit the time: a few hundred, a tenth of it beside other tests.
    assert.ok(generated > 20, output);
  });

  async function schemathesis(installed: OpenapiTools, args: string[]): Promise<string> {
    const withoutEnd = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .filter(({ responses }) => LINES_TYPE in (responses['200']?.content ?? {}))
      .flatMap(({ operationId }) => ['--exclude-operation-id', operationId]);
    await restoreCaller();
    const { code, output } = await run(installed.schemathesis, [
      ...['run', file, '--url', stack().url],
      ...['--header', `Authorization: Bearer ${await managementToken(stack())}`],
      ...['--checks', CHECKS.join(',')],
      ...['--seed', String(SEED), '--generation-database', 'none', '--no-shrink', '--continue-on-failure'],
      ...['--suppress-health-check', 'all', '--warnings', 'off', '--no-color'],
      ...withoutEnd,
      ...args,
    ]);
    assert.equal(code, 0, output);
    return output;
  }
});

function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: MAX_RUN_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
