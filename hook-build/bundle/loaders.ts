import { posix } from 'node:path';
import type { Loader } from 'esbuild';
import type { HookLanguage } from '../../shared/domain/hook.ts';

const LOADERS: Readonly<Record<string, Loader>> = {
  '': 'js',
  '.js': 'js',
  '.cjs': 'js',
  '.mjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.json': 'json',
  '.txt': 'text',
};

/** How an author's file is read. */
export function loaderOfLanguage(language: HookLanguage | undefined): Loader {
  return language === 'typescript' ? 'ts' : 'js';
}

/** How a file is read; undefined for files that cannot be required. */
export function loaderOf(path: string): Loader | undefined {
  const extension = posix.extname(path);
  return Object.hasOwn(LOADERS, extension) ? LOADERS[extension] : undefined;
}
