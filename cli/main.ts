import './quiet.ts';
import { runProgram } from '../deploy/local/programs/run-program.ts';

/** `npx hookmint COMMAND`. */
await runProgram('cli/cli', () => import('./cli.ts'));
