import { messageOf } from '../../shared/errors.ts';
import { computed, IMPORTS, sourceMaps, specifiers } from '../attacks/build-spellings.ts';
import { openManagement, type ApiAnswer } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { delay } from '../scale/token-load.ts';
import { count, type Tally } from './hostile-tally.ts';

const AT_ONCE = 4;
const PAUSE_MS = 100;
/** What an author may be answered: it was made, it is refused, or there is no place. */
const EXPECTED = [200, 201, 204, 400, 429, 503];

const hookOf = (body: string): string => `module.exports = (client, scope, audience, context, cb) => { ${body} };`;

/** What runs, by what is hostile in it. */
const RUNAWAYS: Record<string, string> = {
  spins: hookOf('for (;;);'),
  hoards: hookOf('const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length));'),
  'prints without end': hookOf("for (;;) console.log('x'.repeat(1e4));"),
  'waits for ever': hookOf(''),
  'has timers without end': hookOf(
    'const again = () => { for (let i = 0; i < 100; i++) setTimeout(again); }; again();',
  ),
  'has promises without end': hookOf('const again = () => Promise.resolve().then(again); again();'),
  'returns 24,000 scopes': hookOf('cb(null, { scope: Array.from({ length: 24000 }, (_, n) => `s${n}`) });'),
  'returns a deep claim': hookOf(
    "let x = 1; for (let i = 0; i < 6000; i++) x = [x]; cb(null, { 'https://x.example/x': x });",
  ),
  'throws a text without end': hookOf("throw new Error('x'.repeat(5e7));"),
  'compiles for long': `module.exports = () => ${'('.repeat(3_000)}1${')'.repeat(3_000)};`,
  'has a regular expression': hookOf("/^(a+)+$/.test('a'.repeat(40) + 'b'); cb(null, {});"),
  'is large': `module.exports = () => 1; /* ${'x'.repeat(500_000)} */`,
  'calls the machine': hookOf("fetch('http://169.254.169.254/').then(() => cb(null, {}), (error) => cb(error));"),
};

type Attempt = { kind: string; script: string; dependencies: Record<string, string> };

function attemptsOf(stack: Stack, packages: Record<string, string>): Attempt[] {
  const file = `${stack.dataDir}/secrets.json`;
  const none = {};
  const spelled = Object.values(specifiers(file)).flatMap((text) =>
    Object.values(IMPORTS).map((statement) => statement(JSON.stringify(text))),
  );
  const codes = [...spelled, ...Object.values(computed(file)), ...Object.values(sourceMaps(file))];
  const authors = codes.map((script) => ({ kind: 'author: a file of the machine', script, dependencies: none }));
  const runaways = Object.entries(RUNAWAYS).map(([what, script]) => ({
    kind: `author: ${what}`,
    script,
    dependencies: none,
  }));
  const ofPackages = Object.entries(packages).map(([what, name]) => ({
    kind: `package: ${what}`,
    script: `const x = require('${name}'); ${hookOf("cb(null, { 'https://x.example/x': x });")}`,
    dependencies: { [name]: '1.0.0' },
  }));
  // By turns: there are many more spellings than anything else.
  return authors.flatMap((author, n) => {
    const runaway = runaways[n % runaways.length];
    const ofPackage = ofPackages[n % ofPackages.length];
    return [author, ...(runaway === undefined ? [] : [runaway]), ...(ofPackage === undefined ? [] : [ofPackage])];
  });
}

/** Authors who write hooks, run them and remove them, several at a time. */
export async function startAuthors(
  stack: Stack,
  packages: Record<string, string>,
  { tried, unexpected }: Tally,
): Promise<{ stop: () => Promise<void> }> {
  const api = await openManagement(stack);
  const attempts = attemptsOf(stack, packages);
  let running = true;
  const isRunning = (): boolean => running;
  let next = 0;

  const noted = (answer: ApiAnswer, kind: string): ApiAnswer => {
    if (!EXPECTED.includes(answer.status)) count(unexpected, `${kind}: ${String(answer.status)}`);
    // What the file of the machine has: whatever else is in it, this is.
    if (JSON.stringify(answer.body ?? null).includes('nats_nkey_seeds')) count(unexpected, `${kind}: the file`);
    return answer;
  };

  async function attempt({ kind, script, dependencies }: Attempt, n: number): Promise<void> {
    const hook = { name: `hostile-${String(n)}`, triggerId: 'credentials-exchange', script, dependencies };
    const { status, body } = noted(await api.call('POST', '/hooks', hook), kind);
    count(tried, kind.split(':')[0] ?? kind);
    if (status !== 201) return;
    const { id } = body as { id: string };
    const { body: history } = await api.call('GET', `/hooks/${id}/revisions`);
    const [latest] = (history as { revisions: { revision: string }[] }).revisions;
    const path = `/hooks/${id}/revisions/${latest?.revision ?? ''}/dry-run`;
    noted(await api.call('POST', path, {}), `${kind}, run`);
    count(tried, 'dry run');
    noted(await api.call('DELETE', `/hooks/${id}`), `${kind}, removed`);
  }

  const loops = Array.from({ length: AT_ONCE }, async () => {
    while (isRunning()) {
      const n = next++;
      const one = attempts[n % attempts.length];
      if (one === undefined) return;
      await attempt(one, n).catch((error: unknown) => count(unexpected, `${one.kind}: ${messageOf(error)}`));
      await delay(PAUSE_MS);
    }
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(loops);
    },
  };
}
