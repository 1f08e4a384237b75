import { builtinModules } from 'node:module';

/** Of the Node that hooks see, and no more of the one that builds them. */
const OLDER = ['duplex', 'passthrough', 'readable', 'transform', 'writable'].map((name) => `_stream_${name}`);
const BUILTIN = new Set([...builtinModules, ...OLDER]);

const REQUIRED = /^((?:@[\w.~-]+\/)?[\w.~-]+)(?:@([^/]+))?((?:\/.*)?)$/;

/** What a hook wrote between the brackets of `require`, taken apart. */
export interface RequiredModule {
  name: string;
  /** The version of webtask's form `require('lodash@4.17.4')`. */
  version: string | undefined;
  /** The file in the module, with its slash, or the empty string. */
  subpath: string;
}

/** Undefined for a path and for what can be no module's name. */
export function parseRequired(text: string): RequiredModule | undefined {
  const match = /^[./]/.test(text) ? null : REQUIRED.exec(text);
  if (match === null) return undefined;
  const [, name = '', version, subpath = ''] = match;
  return { name, version, subpath };
}

/** The module that a file's path inside a `node_modules` belongs to, and the folder of it; undefined outside of one. */
export function moduleOfFile(path: string): { name: string; folder: string } | undefined {
  const match = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path);
  if (match?.[1] === undefined) return undefined;
  return { name: match[1].replace('\\', '/'), folder: match[0] };
}

/** Whether Node itself has a module of that name. */
export function isBuiltin(text: string): boolean {
  return text.startsWith('node:') || BUILTIN.has(text);
}
