import { posix } from 'node:path';

// `fetch` gives files of the fixture; `location` is read by tests that are split into variants.
const before = (resources: string): string => `
module.exports = function (client, scope, audience, context, cb) {
  const resources = ${resources};
  globalThis.self = globalThis;
  globalThis.location = { search: '', href: 'https://web-platform.test/', origin: 'https://web-platform.test', protocol: 'https:' };
  globalThis.GLOBAL = { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false };
  globalThis.isSecureContext = true;
  const { Request: AnyRequest } = globalThis;
  globalThis.Request = class Request extends AnyRequest {
    constructor(input, init) {
      super(typeof input === 'string' && !URL.canParse(input) ? new URL(input, location.href).href : input, init);
    }
  };
  const network = fetch;
  globalThis.fetch = async (path, init) => (path in resources ? new Response(resources[path]) : network(path, init));
`;

const AFTER = `
  add_completion_callback((tests, { status, message }) => {
    let passed = 0;
    const failed = {};
    for (const test of tests) {
      const name = test.name.toWellFormed();
      if (test.status === 0) passed++;
      else failed[name] = (test.message ?? 'not run').toWellFormed().slice(0, 120);
    }
    if (status !== 0) failed['(harness)'] = (message ?? 'not complete').slice(0, 120);
    // As text of its own: names hold whatever the tests are about.
    cb(null, { text: JSON.stringify({ passed, failed }) });
  });
};
`;

/** One hook that runs a file of web-platform-tests and gives its result. */
export function hookOfFile(path: string, texts: ReadonlyMap<string, string>): string {
  const text = textOf(path, texts);
  const scripts = [...text.matchAll(/^\/\/ META: script=(\S+)/gm)].map(([, script = '']) => script);
  const resolved = scripts.map((script) => textOf(resolve(path, script), texts));
  const resources: Record<string, string> = {};
  for (const [, name = ''] of text.matchAll(/fetch\("([^"]+\.json)"\)/g)) {
    resources[name] = textOf(resolve(path, name), texts);
  }
  return [
    before(JSON.stringify(resources)),
    textOf('resources/testharness.js', texts),
    'globalThis.setup = setup;',
    ...resolved,
    text,
    AFTER,
  ].join('\n');
}

function resolve(path: string, script: string): string {
  return script.startsWith('/') ? script.slice(1) : posix.join(posix.dirname(path), script);
}

function textOf(path: string, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(path);
  if (text === undefined) throw new Error(`${path} is not in the fixture`);
  return text;
}
