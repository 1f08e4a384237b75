import {
  charCodeAt,
  exec,
  floor,
  fromCharCode,
  includes,
  joinArray,
  matches,
  max,
  min,
  padEnd,
  padStart,
  push,
  repeat,
  round,
  slice,
  sqrt,
  uncurry,
} from './intrinsics.js';

// How Node's util.inspect quotes, breaks and lines up what it prints.
export const BREAK_LENGTH = 80;
const toHex = uncurry(Number.prototype.toString);
const TO_ESCAPE = /[\x00-\x1f\x27\x5c\x7f-\x9f\ud800-\udfff]/;
const ESCAPES = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 92: '\\\\' };
const hex2 = (code) => (code < 16 ? '0' : '') + toHex(code, 16);

export function quote(text) {
  if (exec(TO_ESCAPE, text) === null) return `'${text}'`;
  let mark = "'";
  if (includes(text, "'")) {
    if (!includes(text, '"')) mark = '"';
    else if (!includes(text, '`') && !includes(text, '${')) mark = '`';
  }
  let quoted = '';
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if ((code & 0xfc00) === 0xd800 && (charCodeAt(text, i + 1) & 0xfc00) === 0xdc00) {
      quoted += slice(text, i, i + 2);
      i++;
    } else if (code === 39) quoted += mark === "'" ? "\\'" : "'";
    else if (code < 32 || code === 92 || (code > 126 && code < 160)) {
      quoted += ESCAPES[code] ?? `\\x${toUpper(hex2(code))}`;
    } else if ((code & 0xf800) === 0xd800) quoted += `\\u${toHex(code, 16)}`;
    else quoted += fromCharCode(code);
  }
  return mark + quoted + mark;
}
const toUpper = uncurry(String.prototype.toUpperCase);

const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/;

/** Columns that a text takes: two for wide characters, none for combining ones. */
export function widthOf(text) {
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code >= 0x20 && code < 0x7f) width++;
    else if ((code & 0xfc00) === 0xd800) {
      i++;
      width += 2;
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x300 && code <= 0x36f) || code === 0x200b)
      continue;
    else width += matches(WIDE, text[i]) ? 2 : 1;
  }
  return width;
}

export const spaces = (count) => repeat(' ', count);

function fits(output, start, base, breakLength) {
  let total = output.length + start;
  if (total + output.length > breakLength) return false;
  for (let i = 0; i < output.length; i++) {
    total += output[i].length;
    if (total > breakLength) return false;
  }
  return base === '' || !includes(base, '\n');
}

/** The entries on one line if they are short and shallow enough, otherwise one a line. */
export function layOut(ctx, output, base, braces, depth, list) {
  const entries = output.length;
  if (list !== undefined && entries > 6) output = inColumns(ctx, output, list);
  if (ctx.currentDepth - depth < 3 && entries === output.length) {
    const start = output.length + ctx.indent + braces[0].length + base.length + 10;
    if (fits(output, start, base, ctx.breakLength)) {
      const joined = joinArray(output, ', ');
      if (!includes(joined, '\n')) return `${base ? `${base} ` : ''}${braces[0]} ${joined} ${braces[1]}`;
    }
  }
  const indentation = `\n${spaces(ctx.indent)}`;
  return `${base ? `${base} ` : ''}${braces[0]}${indentation}  ${joinArray(output, `,${indentation}  `)}${indentation}${braces[1]}`;
}

function inColumns(ctx, output, list) {
  const shownAll = output.length <= ctx.maxArrayLength;
  const length = shownAll ? output.length : output.length - 1;
  const widths = [];
  let total = 0;
  let widest = 0;
  for (let i = 0; i < length; i++) {
    const width = widthOf(output[i]);
    push(widths, width);
    total += width + 2;
    widest = max(widest, width);
  }
  const cell = widest + 2;
  if (!(cell * 3 + ctx.indent < ctx.breakLength && (total / cell > 5 || widest <= 6))) return output;
  const bias = max(cell - 3 - sqrt(cell - total / output.length), 1);
  const columns = min(round(sqrt(2.5 * bias * length) / bias), floor((ctx.breakLength - ctx.indent) / cell), 12, 15);
  if (columns <= 1) return output;
  const columnWidths = [];
  for (let i = 0; i < columns; i++) {
    let width = 0;
    for (let j = i; j < length; j += columns) width = max(width, widths[j]);
    push(columnWidths, width + 2);
  }
  let numeric = true;
  for (let i = 0; numeric && i < output.length; i++)
    numeric = typeof list[i] === 'number' || typeof list[i] === 'bigint';
  const rows = [];
  for (let i = 0; i < length; i += columns) {
    const end = min(i + columns, length);
    let row = '';
    let j = i;
    for (; j < end - 1; j++) {
      const width = columnWidths[j - i] + output[j].length - widths[j];
      row += numeric ? padStart(`${output[j]}, `, width) : padEnd(`${output[j]}, `, width);
    }
    row += numeric ? padStart(output[j], columnWidths[j - i] + output[j].length - widths[j] - 2) : output[j];
    push(rows, row);
  }
  if (!shownAll) push(rows, output[length]);
  return rows;
}
