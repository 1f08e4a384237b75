#!/usr/bin/env node
// `hookmint`: plain JavaScript for any Node from 20 on. Like `npm start`, it installs missing dependencies, then runs the CLI on the Node
// that came with them.
import { fileURLToPath } from 'node:url';

// The CLI runs in hookmint's own folder; file names are meant from the caller's.
process.env.INIT_CWD = process.cwd();
process.argv.splice(2, 0, fileURLToPath(new URL('./main.ts', import.meta.url)));
await import('../deploy/local/start.js');
