import { chooseWall } from '../../shared/process-wall/wall.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';

/** The wall that a service would choose here, around the sandbox processes of the tests. */
export const strongestWall = await chooseWall('auto');

export const startStrongestSandbox = () => startSandboxProcess(undefined, strongestWall);
