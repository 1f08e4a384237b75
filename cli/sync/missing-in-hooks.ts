import { coreModulePath } from '../../hook-build/bundle/core-modules.ts';
import { isBuiltin } from '../../hook-build/module-name.ts';

/** What code was written for that no hook or Action finds here. Comments count too: a note too many costs a look. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
  [/\bgeoip\b/, 'it reads geoip, which is empty: hookmint looks up no places'],
  // What the gateway has verified of one is a member of the event, and of the context.
  [
    /(?<!\b(?:event|context)\??\.)\bclient_assertion\b/,
    'it reads client_assertion, which is withheld from hooks as secrets are',
  ],
  [/\bapi\s*\.\s*idToken\b/, 'it uses api.idToken: the client credentials grant has no ID token'],
  [/\.auth0\.com\b/, 'it names a host of auth0.com: a tenant that has moved needs the new one there'],
];
/** Modules of Node that have less here than their name says. */
const LESS = new Map([
  ['net', 'net has isIP and nothing else: a hook opens no sockets of its own, but sends requests'],
]);

/** @param required What the code requires, as it is written there. */
export function missingInHooks(code: string, required: readonly { text: string }[]): string[] {
  return [
    ...required.flatMap(({ text }) => {
      const name = text.replace(/^node:/, '');
      const less = LESS.get(name);
      if (less !== undefined) return [less];
      return isBuiltin(text) && coreModulePath(name) === undefined
        ? [`it requires ${name}, of which hooks have nothing: using it fails`]
        : [];
    }),
    ...NOT_HERE.filter(([pattern]) => pattern.test(code)).map(([, note]) => note),
  ];
}
