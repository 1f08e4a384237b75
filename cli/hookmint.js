#!/usr/bin/env node
// `hookmint`: plain JavaScript for whatever Node the machine has (20 or newer). Goes the way of `npm start`: installs what is
// missing, then runs the CLI on the Node that came with it.
import { fileURLToPath } from 'node:url';

// The CLI runs in hookmint's own folder; file names are meant from the caller's.
process.env.INIT_CWD = process.cwd();
process.argv.splice(2, 0, fileURLToPath(new URL('./main.ts', import.meta.url)));
await import('../deploy/local/start.js');
