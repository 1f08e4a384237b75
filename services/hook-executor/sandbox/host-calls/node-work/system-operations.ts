import * as util from 'node:util';
import { dataMs } from './estimates.ts';
import { unchecked, type Operation } from './operations.ts';

/** What a line of a file with variables costs more than one of plain data. */
const LINES_TIMES = 60;

export const SYSTEM_OPERATIONS: Record<string, Operation> = {
  systemErrors: {
    ms: () => 0.1,
    run: () => [...util.getSystemErrorMap()].map(([number, [name, text]]) => [number, name, text]),
  },
  parseEnv: { ms: (text) => 0.05 + dataMs(text) * LINES_TIMES, run: unchecked(util.parseEnv) },
};
