#!/usr/bin/env node
// `hookmint`: plain JavaScript for any Node from 20 on. Like `npm start`, it installs what is missing, then runs on the Node that came with it.
//   hookmint start [OPTION ...]   is `npm start`; all else is the CLI
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const START = '../deploy/local/main';
const CLI = './main';

/** TypeScript in a checkout, JavaScript in the npm package. */
const program = (path) =>
  fileURLToPath(
    new URL(existsSync(new URL(`${path}.js`, import.meta.url)) ? `${path}.js` : `${path}.ts`, import.meta.url),
  );

// It runs in hookmint's own folder; file names are meant from the caller's.
process.env.INIT_CWD = process.cwd();
const isStart = process.argv[2] === 'start';
process.argv.splice(2, isStart ? 1 : 0, program(isStart ? START : CLI));
await import('../deploy/local/start.js');
