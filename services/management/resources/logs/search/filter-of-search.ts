import { parse, type LiqeQuery } from 'liqe';
import type { LogFilter } from '../../../../../shared/store/logs.ts';
import { liftTerms } from './lift-terms.ts';
import { MAX_DEPTH, searchError, tooDeep } from './search-error.ts';
import { filterOfTerm, type Term } from './term.ts';

/** Longest search, and how much may be in it: each term costs MongoDB a look into an index. */
export const MAX_SEARCH_LENGTH = 2_048;
const MAX_TERMS = 32;

/**
 * The MongoDB filter of a search in the part of Lucene's syntax that is offered (contract §5.7): `field:value`, `field:value*`,
 * `field:"…"`, `date:[A TO B]`, `>`, `>=`, `<`, `<=`, `AND`, `OR`, `NOT`, brackets. Text is compared as it is, case and all.
 *
 * @throws {ApiError} 400 `invalid_query_string`, saying what is wrong and how it is written.
 */
export function filterOfSearch(search: string): LogFilter {
  const { logic, terms } = liftTerms(search);
  if (terms.length > MAX_TERMS) throw searchError(`a search must have at most ${String(MAX_TERMS)} terms`);
  if (logic === '') return {};
  return filterOf(parsed(logic), terms, 1);
}

function parsed(logic: string): LiqeQuery {
  try {
    return parse(logic);
  } catch (error) {
    throw searchError('the brackets, AND, OR and NOT of the search do not match', error);
  }
}

type Node = LiqeQuery | NonNullable<LiqeQuery['left']>;

function filterOf(node: Node, terms: readonly Term[], depth: number): LogFilter {
  if (depth > MAX_DEPTH) throw tooDeep();
  switch (node.type) {
    case 'Tag': {
      const term = terms[node.expression.type === 'LiteralExpression' ? Number(node.expression.value) : -1];
      if (term === undefined) throw searchError('a value is missing');
      return filterOfTerm(term);
    }
    case 'ParenthesizedExpression':
      return filterOf(node.expression, terms, depth + 1);
    case 'UnaryOperator':
      return { $nor: [filterOf(node.operand, terms, depth + 1)] };
    case 'LogicalExpression': {
      const { operator } = node.operator;
      const sides = operandsOf(node, operator).map((operand) => filterOf(operand, terms, depth + 1));
      return operator === 'AND' ? { $and: sides } : { $or: sides };
    }
    case 'EmptyExpression':
      throw searchError('a value is missing');
  }
}

/** `a AND b AND c` is one level, not two. */
function operandsOf(node: Node, operator: 'AND' | 'OR'): Node[] {
  if (node.type !== 'LogicalExpression') return [node];
  // Parsers disagree on which of them binds closer.
  if (node.operator.operator !== operator) {
    throw searchError('put brackets around each group of AND and OR');
  }
  return [...operandsOf(node.left, operator), ...operandsOf(node.right, operator)];
}
