import { kindOf } from './brands.js';
import { inspect } from './inspect.js';
import { hasOwn, indexOfItem, isArray, keys, max, push, repeat, splice, uncurry } from './intrinsics.js';
import { widthOf } from './text-width.js';

const mapForEach = uncurry(Map.prototype.forEach);
const setForEach = uncurry(Set.prototype.forEach);

const cellOf = (value) => {
  const wide = typeof value === 'object' && value !== null && !isArray(value) && keys(value).length > 2;
  return inspect(value, { depth: wide ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
};

function renderTable(head, columns) {
  const widths = [];
  let height = 0;
  for (let i = 0; i < head.length; i++) {
    let width = widthOf(head[i]);
    for (let j = 0; j < columns[i].length; j++) width = max(width, widthOf(columns[i][j] ?? ''));
    push(widths, width + 2);
    height = max(height, columns[i].length);
  }
  const rule = (left, middle, right) => {
    let text = left;
    for (let i = 0; i < widths.length; i++) text += repeat('─', widths[i]) + (i === widths.length - 1 ? right : middle);
    return text;
  };
  const row = (cellAt) => {
    let text = '│';
    for (let i = 0; i < head.length; i++) {
      const cell = cellAt(i) ?? '';
      text += ` ${cell}${repeat(' ', widths[i] - 1 - widthOf(cell))}│`;
    }
    return text;
  };
  let text = `${rule('┌', '┬', '┐')}\n${row((i) => head[i])}\n${rule('├', '┼', '┤')}\n`;
  for (let j = 0; j < height; j++) text += `${row((i) => columns[i][j])}\n`;
  return text + rule('└', '┴', '┘');
}

/** As `console.table` draws it; of what is no table, itself. */
export function tableOf(data, properties = undefined) {
  if (data === null || typeof data !== 'object') return data;
  const kind = kindOf(data);
  const index = [];
  const values = [];
  if (kind === 'Map' || kind === 'Set') {
    const names = [];
    if (kind === 'Map') {
      mapForEach(data, (value, key) => {
        push(index, `${index.length}`);
        push(names, cellOf(key));
        push(values, cellOf(value));
      });
      return renderTable(['(iteration index)', 'Key', 'Values'], [index, names, values]);
    }
    setForEach(data, (value) => {
      push(index, `${index.length}`);
      push(values, cellOf(value));
    });
    return renderTable(['(iteration index)', 'Values'], [index, values]);
  }
  const head = properties === undefined ? [] : [...properties];
  const columns = [];
  for (let i = 0; i < head.length; i++) push(columns, []);
  const rows = keys(data);
  let primitives = false;
  for (let i = 0; i < rows.length; i++) {
    const item = data[rows[i]];
    const isPrimitive =
      properties === undefined && (item === null || (typeof item !== 'object' && typeof item !== 'function'));
    if (isPrimitive) {
      primitives = true;
      values[i] = cellOf(item);
      continue;
    }
    const names = properties ?? keys(item);
    for (let j = 0; j < names.length; j++) {
      const name = names[j];
      let column = indexOfItem(head, name);
      if (column < 0) {
        column = push(head, name) - 1;
        push(columns, []);
      }
      if (item !== null && item !== undefined && hasOwn(item, name)) columns[column][i] = cellOf(item[name]);
    }
  }
  splice(head, 0, 0, '(index)');
  splice(columns, 0, 0, rows);
  if (primitives) {
    push(head, 'Values');
    push(columns, values);
  }
  for (let i = 0; i < columns.length; i++) if (columns[i].length < rows.length) columns[i].length = rows.length;
  return renderTable(head, columns);
}
