const MAX_DEPTH = 3;
const NOT_ITS_OWN = new Set(['node_modules', 'test', 'tests', 'example', 'examples', 'docs', 'fixtures', 'gyp']);

/** Whether a module needs compiled code: it has a `binding.gyp`, a `.node` file or prebuilt binaries. */
export function needsCompiledCode(paths: Iterable<string>): boolean {
  return [...paths].some((path) => {
    const folders = path.split('/');
    const file = folders.pop() ?? '';
    if (folders.some((folder) => NOT_ITS_OWN.has(folder))) return false;
    if (folders.slice(0, MAX_DEPTH + 1).includes('prebuilds')) return true;
    return folders.length <= MAX_DEPTH && (file === 'binding.gyp' || file.endsWith('.node'));
  });
}
