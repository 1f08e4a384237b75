/** What says which version this is, by where it says so. */
export type Versions = Readonly<Record<string, string | undefined>>;

/**
 * Why a release cannot be made of this checkout, one sentence each.
 *
 * @param dirty What `git status --porcelain` told.
 */
export function obstacles(dirty: string, version: string, versions: Versions, changelog: string): string[] {
  const changed = dirty.trimEnd().split('\n').filter(Boolean);
  return [
    ...(changed.length === 0 ? [] : [`The checkout has changes that are not committed: ${changed.join(', ')}.`]),
    ...Object.entries(versions)
      .filter(([, said]) => said !== version)
      .map(([where, said]) => `${where} has ${said ?? 'no version'}, package.json has ${version}.`),
    ...(sectionOf(changelog, version) === undefined
      ? [`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD" with something in it.`]
      : []),
  ];
}

/** What the changelog says of a version; `undefined` when that is nothing. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const lines = changelog.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`## [${version}] - `) && /\d{4}-\d\d-\d\d$/.test(line));
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  const end = length === -1 ? lines.length : start + 1 + length;
  const text = lines
    .slice(start + 1, end)
    .join('\n')
    .trim();
  return text === '' ? undefined : text;
}
