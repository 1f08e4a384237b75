import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ENTRY = fileURLToPath(new URL('./globals/main.js', import.meta.url));

/** Gives the text of the hooks' globals; see globals/main.js for what it evaluates to. Built once for the process. */
export function bundleRuntime(): string {
  return (bundled ??= buildRuntime());
}
let bundled: string | undefined;

/** One classic script: an expression that evaluates to `function (host, currentRun, write, uncaught) -> {…}`. */
function buildRuntime(): string {
  // Synchronous: esbuild's asynchronous form would leave its child process running.
  const { outputFiles } = buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'runtime',
    target: 'esnext',
    platform: 'neutral',
    // What has a name for hooks is given it by globals/define.js.
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made no runtime for hooks');
  return `(function(){"use strict";${output.text}return runtime.default})()`;
}
