/** Size of a bundle, bytes: what a hook with a few large npm modules comes to. */
export const BUNDLE_BYTES = 3 * 1_048_576;

/** Of so many modules of a bundle one is required when the hook is loaded; the others lie there, as in real bundles. */
const MODULES_PER_REQUIRED = 4;
const FUNCTIONS_PER_MODULE = 40;

/** The text of a hook and its modules in one script, made up: CommonJS modules of functions, each bundle with names of its own. */
export function bundleScript(seed: number): string {
  const modules: string[] = [];
  let bytes = 0;
  for (let i = 0; bytes < BUNDLE_BYTES - 1_024; i++) {
    const text = moduleText(`m${String(seed)}_${String(i)}`);
    bytes += text.length;
    modules.push(text);
  }
  return `const modules = [\n${modules.join('')}];
const loaded = modules.filter((_, i) => i % ${String(MODULES_PER_REQUIRED)} === 0).map((define) => {
  const module = { exports: {} };
  define(module, module.exports);
  return module.exports;
});
module.exports = function (client, scope, audience, context, cb) {
  cb(null, { 'https://foo.com/claim': loaded.reduce((sum, { main }) => (sum + main(scope.length)) % 1000, 0), scope });
};
`;
}

function moduleText(name: string): string {
  const functions = Array.from({ length: FUNCTIONS_PER_MODULE }, (_, i) => {
    const fn = `${name}_${String(i)}`;
    return `  function ${fn}(value, options) {
    const settings = Object.assign({ name: '${fn}', retries: ${String(i)}, strict: true }, options);
    if (typeof value !== 'number') throw new TypeError('${fn}: ' + settings.name + ' expects a number');
    for (let n = 0; n < settings.retries; n++) value = (value * 31 + n) % 65521;
    return settings.strict ? value : String(value);
  }
  exports.${fn} = ${fn};
`;
  });
  return `(module, exports) => {\n${functions.join('')}  exports.main = (n) => ${name}_0(n) + ${name}_7(n);\n},\n`;
}
