/** Set by the runner: where the programs of hookmint are, each as one file. Tests that are run without it start them from their sources. */
export const PROGRAMS_VARIABLE = 'HOOKMINT_TEST_PROGRAMS';

// Loaded before a file of tests: what that starts of hookmint is started as `npm start` has it, which takes a third of the processor's time.
const folder = process.env[PROGRAMS_VARIABLE];
if (folder !== undefined) Object.assign(globalThis, { COMPILED_PROGRAMS: folder });
