import { transform, type Loader, type Message } from 'esbuild';

// A name that is computed at run time is resolved at run time, by functions that the bundler treats like any others.
const AT_RUN_TIME: Readonly<Record<string, string>> = {
  require: 'require.bind(null)',
  import: '(async (path) => require.bind(null)(path))',
};

/**
 * The code with every `require` and `import()` of a path that is computed made one that fails when it is run. The bundler would look
 * for files that fit the path, on the machine and past its plugins. It is the bundler's own parser that tells where they are, and
 * that confirms that none is left.
 *
 * @throws {BuildFailure} of esbuild, when the code is none
 * @throws {Error} when one cannot be made so
 */
export async function withoutComputedRequires(code: string, sourcefile: string, loader: Loader): Promise<string> {
  const found = await computedRequires(code, sourcefile, loader);
  if (found.length === 0) return code;
  const changed = replaceAll(code, found);
  if ((await computedRequires(changed, sourcefile, loader)).length > 0) {
    throw new Error('it computes the name of a required module, which cannot be built');
  }
  return changed;
}

async function computedRequires(code: string, sourcefile: string, loader: Loader): Promise<Message[]> {
  const { warnings } = await transform(code, {
    sourcefile,
    loader,
    // Calls of require are looked at only where a format is asked for.
    format: 'cjs',
    platform: 'node',
    target: 'esnext',
    tsconfigRaw: '{}',
    logLevel: 'silent',
    logLimit: 0,
    logOverride: { 'unsupported-require-call': 'warning', 'unsupported-dynamic-import': 'warning' },
  });
  return warnings.filter(({ id }) => id === 'unsupported-require-call' || id === 'unsupported-dynamic-import');
}

function replaceAll(code: string, found: readonly Message[]): string {
  const bytes = Buffer.from(code);
  const lineStarts = startsOfLines(bytes);
  const places = found
    .flatMap(({ location }) => (location === null ? [] : [(lineStarts[location.line - 1] ?? 0) + location.column]))
    .sort((a, b) => a - b);
  const parts: Buffer[] = [];
  let done = 0;
  for (const place of new Set(places)) {
    const word = /^(?:require|import)/.exec(bytes.subarray(place, place + 'require'.length).toString('latin1'))?.[0];
    if (word === undefined) continue;
    parts.push(bytes.subarray(done, place), Buffer.from(AT_RUN_TIME[word] ?? word));
    done = place + word.length;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]).toString();
}

/** Lines as JavaScript counts them: also CR alone, U+2028 and U+2029 end one. */
function startsOfLines(bytes: Buffer): number[] {
  const starts = [0];
  for (const { 0: end, index } of bytes.toString('latin1').matchAll(/\r\n|\n|\r|\xe2\x80[\xa8\xa9]/g)) {
    starts.push(index + end.length);
  }
  return starts;
}
