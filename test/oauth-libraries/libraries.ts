import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGo, filesIn, folderOf, hashOf, installNpm, installPyPI, run } from '../support/installed-tools.ts';

/** What a program says of libraries: lines of JSON, with the path of a task as its last argument. */
export type Program = {
  name: string;
  /** Without which it cannot be installed or run. */
  needs: readonly string[];
  /** Installs it where it is not there yet, and answers the command that tries its libraries. */
  command: () => { argv: string[]; folder?: string };
  /** What its libraries are called in its lines and in the tables. */
  clients: readonly Library[];
  apis: readonly Library[];
};

export type Library = {
  /** In the program's lines. */
  of: string;
  /** As a table names it. */
  name: string;
  /** What it needs to be told. */
  needs?: string;
  /** By area, what is for the library to mend. `says`: what it said; absent where it has no such thing, and tells nothing. */
  lacks?: Record<string, Limit>;
};

type Limit = { why: string; says?: RegExp };

export const CLIENT_AREAS = [
  'metadata',
  'Basic',
  'post',
  'key RS256',
  'key PS256',
  'key ES256',
  'key EdDSA',
  'resource',
  'DPoP',
] as const;
export const API_AREAS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'others refused', 'bound tokens'] as const;

const FOLDER = 'oauth-libraries';
const program = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** The packages of a `pom.xml` from Maven Central, and what javac makes of the program beside it. */
function javaOf(name: string, source: string, properties: readonly string[] = []): string[] {
  const files = filesIn(program(source));
  const folder = folderOf(FOLDER, `${name}-${hashOf(...files)}`, (made) => {
    for (const file of files) cpSync(file, join(made, basename(file)));
    run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', ...properties], made);
    run('javac', ['-parameters', '-cp', 'lib/*', '-d', 'classes', 'Program.java'], made);
  });
  return ['java', '-cp', `${join(folder, 'classes')}:${join(folder, 'lib/*')}`, 'Program'];
}

const JAVA = ['java', 'javac', 'mvn'];
const NONE = { why: 'has none' };
const none = (...areas: string[]): Record<string, Limit> => Object.fromEntries(areas.map((area) => [area, NONE]));
const KEYS = ['key RS256', 'key PS256', 'key ES256', 'key EdDSA'];
/** Of `nimbus-jose-jwt`, and what is made with it. */
const NO_ED25519 = { why: 'takes no such key', says: /Another algorithm expected, or no matching key\(s\) found/ };
/** Its validator of access tokens has a list of its own. */
const AUTHLIBS_OWN = { why: 'has none', says: /expired, revoked, malformed, or invalid/ };
const VERIFIES_ONLY = { 'bound tokens': { why: 'verifies no proofs' } };

const spring = (boot: string, security: string): Program => ({
  name: `Spring Boot ${boot}`,
  needs: JAVA,
  command: () => ({ argv: javaOf(`spring-${boot}`, 'spring', [`-Dspring-boot.version=${boot}`]) }),
  clients: [
    {
      of: 'Spring Security',
      name: `Spring Security ${security}`,
      needs: 'a parameters converter for `audience` or `resource`',
      lacks: {
        ...none('DPoP'),
        'key EdDSA': { why: 'takes no such key', says: /Unable to resolve JWS \(signing\) algorithm from JWK/ },
      },
    },
  ],
  apis: [
    {
      of: 'Spring Security',
      name: `Spring Security ${security}`,
      needs: 'for `rfc9068_profile` `validateType(false)`; to refuse unbound tokens a validator of `cnf`',
      lacks: { EdDSA: NO_ED25519 },
    },
  ],
});

const NPM = [
  'oauth4webapi@3.8.8',
  'openid-client@6.9.0',
  'jose@6.2.18',
  'express@5.3.0',
  'express-oauth2-jwt-bearer@1.10.0',
  'express-jwt@8.5.1',
  'jwks-rsa@4.1.0',
  'aws-jwt-verify@5.2.1',
];
const PYPI = ['authlib==1.9.10', 'pyjwt[crypto]==2.15.1', 'python-jose[cryptography]==3.5.0', 'joserfc==1.8.0'];
const GO = [
  'github.com/coreos/go-oidc/v3@v3.21.0',
  'github.com/lestrrat-go/jwx/v3@v3.4.0',
  'github.com/golang-jwt/jwt/v5@v5.3.1',
  'github.com/MicahParks/keyfunc/v3@v3.9.2',
  'golang.org/x/oauth2@v0.38.0',
];

export const PROGRAMS: readonly Program[] = [
  {
    name: 'libraries of npm',
    needs: ['npm'],
    command: () => {
      const folder = folderOf(FOLDER, 'npm', (made) => installNpm(made, NPM));
      return { argv: [process.execPath, program('node.cjs')], folder };
    },
    clients: [
      { of: 'oauth4webapi', name: '`oauth4webapi` 3.8.8' },
      { of: 'openid-client', name: '`openid-client` 6.9.0' },
    ],
    apis: [
      { of: 'jose', name: '`jose` 6.2.18', lacks: VERIFIES_ONLY },
      { of: 'oauth4webapi', name: '`oauth4webapi` 3.8.8', needs: '`rfc9068_profile`' },
      { of: 'express-oauth2-jwt-bearer', name: '`express-oauth2-jwt-bearer` 1.10.0' },
      {
        of: 'express-jwt',
        name: '`express-jwt` 8.5.1, `jwks-rsa` 4.1.0',
        lacks: { ...VERIFIES_ONLY, EdDSA: { why: 'takes no such key', says: /Unknown key type "ed25519"/ } },
      },
      {
        of: 'aws-jwt-verify',
        name: '`aws-jwt-verify` 5.2.1',
        lacks: { ...VERIFIES_ONLY, PS256: { why: 'has none', says: /algorithm not allowed: PS256/ } },
      },
    ],
  },
  {
    name: 'libraries of PyPI',
    needs: ['python3'],
    command: () => {
      const packages = [...PYPI, 'requests-oauthlib==2.0.0'];
      const folder = folderOf(FOLDER, 'pypi', (made) => installPyPI(made, packages));
      return { argv: [join(folder, 'bin/python'), program('python.py')] };
    },
    clients: [
      { of: 'Authlib', name: 'Authlib 1.9.10', lacks: none('DPoP') },
      { of: 'requests-oauthlib', name: '`requests-oauthlib` 2.0.0', lacks: none('metadata', ...KEYS, 'DPoP') },
    ],
    apis: [
      {
        of: 'Authlib',
        name: 'Authlib 1.9.10',
        needs: '`rfc9068_profile`',
        lacks: { ...VERIFIES_ONLY, PS256: AUTHLIBS_OWN, EdDSA: AUTHLIBS_OWN },
      },
      { of: 'PyJWT', name: 'PyJWT 2.15.1', lacks: VERIFIES_ONLY },
      { of: 'joserfc', name: '`joserfc` 1.8.0', lacks: VERIFIES_ONLY },
      {
        of: 'python-jose',
        name: '`python-jose` 3.5.0',
        lacks: {
          ...VERIFIES_ONLY,
          ES256: { why: 'tries all keys, and gives up at one of RSA', says: /Incorrect key type/ },
          PS256: { why: 'has none', says: /Unable to find an algorithm/ },
          EdDSA: { why: 'has none', says: /Unable to find an algorithm/ },
        },
      },
    ],
  },
  {
    name: 'libraries of Go',
    needs: ['go'],
    command: () => {
      const source = program('go/main.go');
      const folder = folderOf(FOLDER, `go-${hashOf(source)}`, (made) => buildGo(made, source, GO));
      return { argv: [join(folder, 'tool')] };
    },
    clients: [{ of: 'x/oauth2', name: '`golang.org/x/oauth2` 0.38.0, `go-oidc` 3.21.0', lacks: none(...KEYS, 'DPoP') }],
    apis: [
      { of: 'go-oidc', name: '`go-oidc` 3.21.0', lacks: VERIFIES_ONLY },
      { of: 'jwx', name: '`jwx` 3.4.0', lacks: VERIFIES_ONLY },
      { of: 'golang-jwt', name: '`golang-jwt` 5.3.1, `keyfunc` 3.9.2', lacks: VERIFIES_ONLY },
    ],
  },
  {
    name: 'Nimbus',
    needs: JAVA,
    command: () => ({ argv: javaOf('nimbus', 'nimbus') }),
    clients: [
      {
        of: 'oauth2-oidc-sdk',
        name: 'Nimbus `oauth2-oidc-sdk` 11.26.1',
        lacks: { 'key EdDSA': { why: 'takes no such key', says: /must be RSA or ECDSA-signed/ } },
      },
    ],
    apis: [
      {
        of: 'nimbus-jose-jwt',
        name: 'Nimbus `nimbus-jose-jwt` 10.10, `oauth2-oidc-sdk` 11.26.1',
        lacks: { EdDSA: NO_ED25519 },
      },
    ],
  },
  spring('3.5.7', '6.5.6'),
  spring('4.0.7', '7.0.6'),
];

/** What of them is not on this machine. */
export const missingFor = (commands: readonly string[]): string[] =>
  commands.filter((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error !== undefined);
