// What an assertion says that does not hold.
const { inspect } = require('../util.js');
const { diffLines } = require('./line-diff.js');

const SAYS = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};
/** Longer ones stand below each other. */
const MAX_SHORT_LENGTH = 12;
const MAX_LONG_LENGTH = 512;
const MAX_LINES = 50;
/** Of lines that are alike, between those that are not. */
const MAX_ALIKE = 5;
const LINE_LENGTH = 80;
/** Two letters and a quote: before them a difference is plain. */
const PLAIN_LENGTH = 3;

const shown = (value) =>
  inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    breakLength: LINE_LENGTH,
  });
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
const shortened = (text, length) => (text.length > length ? `${text.slice(0, length - 3)}...` : text);

function stacked(actual, expected) {
  let text = `\n+ ${actual}\n- ${expected}`;
  if (actual.length + expected.length > LINE_LENGTH) return text;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  if (at >= PLAIN_LENGTH && at < actual.length) text += `\n${' '.repeat(at + 2)}^`;
  return text;
}

function printed(lines) {
  let text = '';
  let isSkipped = false;
  for (let at = 0; at < lines.length;) {
    if (lines[at][0] !== ' ') {
      text += `${lines[at].join(' ')}\n`;
      at++;
      continue;
    }
    let end = at;
    while (end < lines.length && lines[end][0] === ' ') end++;
    const alike = lines.slice(at, end).map(([, line]) => `  ${line}\n`);
    text += alike.slice(0, MAX_ALIKE).join('');
    if (end < lines.length) {
      if (alike.length > MAX_ALIKE + 2) {
        text += `...\n${alike.at(-1)}`;
        isSkipped = true;
      } else text += alike.slice(MAX_ALIKE).join('');
    }
    at = end;
  }
  return { text: `\n${text.trimEnd()}`, isSkipped };
}

/** Without its stack, which says nothing of a difference. */
function withoutStack(error) {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(error)), error);
  Object.defineProperty(copy, 'message', { value: error.message });
  const { cause } = error;
  if ('cause' in error)
    Object.defineProperty(copy, 'cause', { value: cause instanceof Error ? withoutStack(cause) : cause });
  return copy;
}

/** Of two values that had to be equal. */
function difference(operator, actual, expected, message) {
  const [a, b] = [shown(actual), shown(expected)];
  const [actualLines, expectedLines] = [a.split('\n'), b.split('\n')];
  let says = SAYS[operator];
  if (
    operator === 'strictEqual' &&
    ((typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null) ||
      (typeof actual === 'function' && typeof expected === 'function'))
  )
    says = SAYS.strictEqualObject;
  const areObjects = typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null;
  const head = (text, skipped) => `${message || says}\n${text}${skipped ? '\n... Skipped lines' : ''}`;

  if (actualLines.length === 1 && expectedLines.length === 1 && !areObjects) {
    const quotes = [actual, expected].filter((value) => typeof value === 'string').length * 2;
    const isShort = a.length + b.length - quotes <= MAX_SHORT_LENGTH && (actual !== 0 || expected !== 0);
    return isShort ? `${head('')}\n${a} !== ${b}\n` : `${head('+ actual - expected')}\n${stacked(a, b)}\n`;
  }
  if (a === b) {
    says = SAYS.notIdentical;
    const isLong = actualLines.length > MAX_LINES;
    const text = isLong ? `${actualLines.slice(0, MAX_LINES).join('\n')}\n...}` : a;
    return `${head('', isLong)}\n${text}\n`;
  }
  const { text, isSkipped } = printed(
    diffLines(actualLines, expectedLines, typeof actual === 'object' && actual !== null),
  );
  return `${head('+ actual - expected', isSkipped)}\n${text}\n`;
}

/** Of two values that had to be unequal. */
function sameness(operator, actual) {
  const says = operator === 'notStrictEqual' && isObject(actual) ? SAYS.notStrictEqualObject : SAYS[operator];
  let lines = shown(actual).split('\n');
  if (lines.length > MAX_LINES) lines = [...lines.slice(0, MAX_LINES - 4), '...'];
  const [first = ''] = lines;
  if (lines.length === 1) return `${says}${first.length > 5 ? '\n\n' : ' '}${first}`;
  return `${says}\n\n${lines.join('\n')}\n`;
}

function messageOf(operator, actual, expected, message) {
  if (actual instanceof Error && expected instanceof Error && 'stack' in actual && 'stack' in expected)
    [actual, expected] = [withoutStack(actual), withoutStack(expected)];
  if (['deepStrictEqual', 'strictEqual', 'partialDeepStrictEqual'].includes(operator))
    return difference(operator, actual, expected, message);
  if (message !== undefined && message !== null) return `${message}`;
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual') return sameness(operator, actual);
  const [a, b] = [shown(actual), shown(expected)];
  if (operator === 'notDeepEqual' && a === b) return shortened(`${SAYS.notDeepEqual}\n\n${a}`, 1024);
  const [left, right] = [shortened(a, MAX_LONG_LENGTH), shortened(b, MAX_LONG_LENGTH)];
  if (operator === 'deepEqual') return `${SAYS.deepEqual}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  const unequal = SAYS[`${operator}Unequal`];
  return unequal
    ? `${unequal}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`
    : `${left} ${operator} ${right}`;
}

module.exports = { messageOf };
