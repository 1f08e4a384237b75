type Report = { sharedObjects: string[] };

/** What the report need not have: interfaces are slow to list, and the environment is nobody's business. */
const LEFT_OUT = { excludeNetwork: true, excludeEnv: true };

/** In the place of the stack here, whose lines a program of one file would be read for, with its source map. */
const OF_NO_ERROR = { name: '', message: '' };

let known: readonly string[] | undefined;

/** Shared libraries and loader of this Node, by the paths that they are loaded from, and the loader's list of where to look. */
export function sharedLibraries(): readonly string[] {
  return (known ??= [...ofReport(), '/etc/ld.so.cache']);
}

function ofReport(): string[] {
  const report = process.report as NodeJS.ProcessReport & typeof LEFT_OUT;
  const { excludeNetwork, excludeEnv } = report;
  Object.assign(report, LEFT_OUT);
  const { sharedObjects } = report.getReport(OF_NO_ERROR) as Report;
  Object.assign(report, { excludeNetwork, excludeEnv });
  return sharedObjects.filter((path) => path.startsWith('/') && /\.so(\.|$)/.test(path));
}
