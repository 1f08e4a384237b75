import { z } from 'zod';
import { readEnv } from '../shared/env.ts';
import { chooseWall, type Wall } from '../shared/process-wall/wall.ts';

/** Settings of callers without settings of their own: the CLI and the launcher. */
const readBuildSettings = (env: NodeJS.ProcessEnv = process.env) =>
  readEnv(
    {
      /** npm registry that hooks' modules come from; unset: npm's own setting. */
      HOOKMINT_NPM_REGISTRY: z.url().optional(),
      /** What native code in a process that builds meets, as in the hook-executor's. Default `auto`. */
      HOOKMINT_SANDBOX_WALL: z.enum(['require', 'auto', 'off']).default('auto'),
    },
    env,
  );

let wall: Promise<Wall> | undefined;

/** The wall that the environment asks for, found once. */
export function ownWall(): Promise<Wall> {
  return (wall ??= chooseWall(readBuildSettings().HOOKMINT_SANDBOX_WALL));
}

/** The registry that the environment names. */
export function ownRegistry(): string | undefined {
  return readBuildSettings().HOOKMINT_NPM_REGISTRY;
}
