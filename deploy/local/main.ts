import './quiet.ts';
import { runProgram } from './programs/run-program.ts';

/** `npm start`. */
await runProgram('deploy/local/launcher', () => import('./launcher.ts'));
