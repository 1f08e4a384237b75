import { buildHook } from '../../../hook-build/build-hook.ts';
import type { HookSource } from '../../../hook-build/hook-source.ts';
import type { BuiltHook } from '../../../hook-build/built-hook.ts';
import { logger } from '../../../shared/log.ts';
import { chooseWall, type WallSetting } from '../../../shared/process-wall/wall.ts';
import { askHookBuilder, followWall } from './ask-hook-builder.ts';

/** Whoever builds hooks for management. */
export type HookBuilder = {
  /**
   * @param caller On whose behalf: one does not have all places.
   * @throws {HookBuildError}
   */
  build: (source: HookSource, caller: string) => Promise<BuiltHook>;
  /** What stands around the processes that build; `unknown` while nobody tells. */
  wall: () => string;
  close: () => void;
};

export type HookBuilderSettings = {
  HOOKMINT_HOOK_BUILDER_URL?: string | undefined;
  HOOKMINT_NPM_REGISTRY?: string | undefined;
  HOOKMINT_SANDBOX_WALL: WallSetting;
};

/** The hook-builder that the settings name, or processes of this machine. */
export async function openHookBuilder(settings: HookBuilderSettings): Promise<HookBuilder> {
  const { HOOKMINT_HOOK_BUILDER_URL: url, HOOKMINT_NPM_REGISTRY: registry, HOOKMINT_SANDBOX_WALL: setting } = settings;
  if (url !== undefined) {
    const following = followWall(url);
    return {
      build: (source, caller) => askHookBuilder(url, source, caller),
      wall: following.wall,
      close: following.stop,
    };
  }
  const wall = await chooseWall(setting);
  logger.info({ wall: wall.name, reasons: wall.reasons }, `the wall around processes that build hooks: ${wall.name}`);
  return {
    build: (source, caller) => buildHook(source, { registry, wall, asker: { caller } }),
    wall: () => wall.name,
    close: () => undefined,
  };
}
