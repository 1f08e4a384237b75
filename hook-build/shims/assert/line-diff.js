// The shortest way from the lines of one text to those of another, as Myers found it in "An O(ND) Difference Algorithm".

/** Of an object's members the last has no comma. */
const isSame = (a, b, ignoresComma) => a === b || (ignoresComma && (`${a},` === b || a === `${b},`));

/**
 * @param {string[]} actual
 * @param {string[]} expected
 * @param {boolean} ignoresComma
 * @returns {[mark: '+' | '-' | ' ', line: string][]} lines of both, '+' of `actual` alone and '-' of `expected` alone
 */
function diffLines(actual, expected, ignoresComma) {
  const [width, height] = [actual.length, expected.length];
  /** For each number of steps how far the diagonals from -steps to steps were reached, before the step. */
  const reachedBefore = [];
  const reached = new Map([[1, 0]]);
  const comesDown = (steps, diagonal, known) =>
    diagonal === -steps || (diagonal !== steps && (known.get(diagonal - 1) ?? 0) < (known.get(diagonal + 1) ?? 0));

  for (let steps = 0; ; steps++) {
    reachedBefore.push(new Map(reached));
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      const isDown = comesDown(steps, diagonal, reached);
      let x = isDown ? (reached.get(diagonal + 1) ?? 0) : (reached.get(diagonal - 1) ?? 0) + 1;
      while (x < width && x - diagonal < height && isSame(actual[x], expected[x - diagonal], ignoresComma)) x++;
      reached.set(diagonal, x);
      if (x >= width && x - diagonal >= height) return wayBack(steps);
    }
  }

  /** @returns {any} */
  function wayBack(lastStep) {
    const lines = [];
    let [x, y] = [width, height];
    for (let steps = lastStep; steps >= 0; steps--) {
      const known = reachedBefore[steps] ?? new Map();
      const diagonal = x - y;
      const before = comesDown(steps, diagonal, known) ? diagonal + 1 : diagonal - 1;
      const fromX = known.get(before) ?? 0;
      const fromY = fromX - before;
      for (; x > fromX && y > fromY; x--, y--) {
        const line = actual[x - 1] ?? '';
        lines.push([' ', !ignoresComma || line.endsWith(',') ? line : expected[y - 1]]);
      }
      if (steps === 0) break;
      if (x > fromX) lines.push(['+', actual[--x]]);
      else lines.push(['-', expected[--y]]);
    }
    return lines.reverse();
  }
}

module.exports = { diffLines };
