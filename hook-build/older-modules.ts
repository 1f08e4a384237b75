import { parseRequired } from './module-name.ts';

/** A call that only an older major version of a module has: what it looks like, and the last version that takes it. */
type OlderCall = { module: string; call: RegExp; what: string; version: string };

/** Hooks were written for the majors of their time. What is required without a version is the major of today. */
const OLDER_CALLS: readonly OlderCall[] = [
  {
    module: 'uuid',
    call: /\brequire\(\s*['"]uuid\/v[1345]['"]/,
    what: 'a file for each version of UUID',
    version: '3.4.0',
  },
  { module: 'got', call: /\bjson\s*:\s*true\b/, what: 'the option json: true', version: '9.6.0' },
  {
    module: 'auth0',
    call: /\.(?:get|create|update|delete)(?:User|Users|Client|Clients|ClientGrants|Connections|ResourceServers?|Rules?)\s*\(/,
    what: 'methods such as getClient',
    version: '2.44.1',
  },
  { module: 'async', call: /\.(?:drain|saturated|empty)\s*=(?!=)/, what: 'an assigned drain', version: '2.6.4' },
];

/**
 * Which modules a hook should declare in an older version: by its calls, or by what it says in a comment, as `// got@9.6.0`.
 *
 * @param required What the code requires, as it is written there.
 * @param dependencies What it declares already.
 */
export function olderModules(
  code: string,
  required: readonly { text: string }[],
  dependencies: Readonly<Record<string, string>>,
): string[] {
  const undeclared = new Set(
    required.flatMap(({ text }) => {
      const { name, version } = parseRequired(text) ?? {};
      return name === undefined || version !== undefined || Object.hasOwn(dependencies, name) ? [] : [name];
    }),
  );
  return [...undeclared].flatMap((name) => {
    const said = saidVersion(code, name);
    if (said !== undefined) return [`a comment says ${name}@${said}: declare it, as "${name}": "${said}"`];
    const older = OLDER_CALLS.find(({ module, call }) => module === name && call.test(code));
    return older === undefined
      ? []
      : [
          `it uses ${older.what}, which ${name} had until ${older.version}: declare it, as "${name}": "${older.version}"`,
        ];
  });
}

function saidVersion(code: string, name: string): string | undefined {
  const before = `${name}@`;
  for (const [, comment = ''] of code.matchAll(/(?:\/\/|^[^\S\n]*\*)([^\n]*)/gm)) {
    const start = comment.indexOf(before);
    const version = start < 0 ? undefined : /^\d+(?:\.\d+){0,2}/.exec(comment.slice(start + before.length))?.[0];
    if (version !== undefined) return version;
  }
  return undefined;
}
