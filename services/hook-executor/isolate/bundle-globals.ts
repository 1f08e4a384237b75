import { fileURLToPath } from 'node:url';
import { buildSync, type BuildOptions } from 'esbuild';

const LIBRARIES = ['encoding', 'inspect', 'streams'] as const;
export type LibraryName = (typeof LIBRARIES)[number];

/** What is evaluated in an isolate beside the hook, each text one expression. */
export type RuntimeTexts = {
  /** `function (host, currentRun, write, uncaught) -> {…}`; see globals/main.js. */
  globals: string;
  /** What each module in libraries/ exports; the globals ask for it when they first need it. */
  libraries: Readonly<Record<LibraryName, string>>;
};

/** Gives the texts of the hooks' globals. Built once for the process. */
export function bundleRuntime(): RuntimeTexts {
  return (bundled ??= {
    // What has a name for hooks is given it by globals/define.js.
    globals: expressionOf('./globals/main.js', '.default', { minifyIdentifiers: true }),
    libraries: Object.fromEntries(
      LIBRARIES.map((name) => [name, expressionOf(`./libraries/${name}.js`, '', OPTIONS[name])]),
    ) as Record<LibraryName, string>,
  });
}
let bundled: RuntimeTexts | undefined;

const OPTIONS: Partial<Record<LibraryName, BuildOptions>> = {
  inspect: { inject: [fileOf('./libraries/inspect-globals.js')] },
  streams: { inject: [fileOf('./libraries/stream-errors.js')] },
};

function fileOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

function expressionOf(path: string, member = '', options: BuildOptions = {}): string {
  // Synchronous: esbuild's asynchronous form would leave its child process running.
  const { outputFiles } = buildSync({
    entryPoints: [fileOf(path)],
    bundle: true,
    format: 'iife',
    globalName: 'made',
    target: 'esnext',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    ...options,
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${path}`);
  return `(function(){"use strict";${output.text}return made${member}})()`;
}
