import ts from 'typescript';
import { ERROR_CODES } from '../../services/management/api/error-codes.ts';
import { REFUSALS } from '../../services/gateway/refusals.ts';
import { OAUTH_ERROR_CODES } from '../../shared/oauth-error.ts';
import { code, MADE, table } from './markdown.ts';
import { commentBefore, nodesOf, parsed } from './source-text.ts';

/** Codes with the comments before them, of a list in the source. */
function commented(file: string, list: string): string[][] {
  for (const node of nodesOf(parsed(file))) {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== list) continue;
    const array = [...nodesOf(node)].find((child) => ts.isArrayLiteralExpression(child));
    return (array?.elements ?? []).map((element) => [
      code(element.getText().replaceAll("'", '')),
      commentBefore(element),
    ]);
  }
  throw new Error(`${file} has no ${list}`);
}

const DETAIL = '…';

export function errorsPage(): string {
  const refusals = Object.entries(REFUSALS).map(([name, { auth0, rfc }]) => [
    name.replaceAll('_', ' '),
    ...[auth0, rfc].map(
      (answer) =>
        `${String(answer.status)} ${code(answer.error)}${'description' in answer ? `: ${answer.description(DETAIL)}` : ''}`,
    ),
  ]);
  return `# Error codes

${MADE('the code that answers them')}

A code is a contract: it never changes its meaning. The text beside it does.

## The token endpoint

\`error\` of an answer is one of ${OAUTH_ERROR_CODES.map(code).join(', ')}. A hook that refuses chooses among them: [When a run fails](../docs/hooks.md#when-a-run-fails).

What Auth0 answers in a way of its own, and what [\`error_dialect: rfc\`](../docs/clients.md#errors) answers in its place:

${table(['when', 'by default', 'rfc'], refusals)}

## The Management API

\`errorCode\` of an answer:

${table(
  ['code', 'when'],
  Object.entries(ERROR_CODES).map(([name, when]) => [code(name), when]),
)}

## Builds of hooks

\`code\` of a hook that cannot be built; [When a hook cannot be built](../docs/hooks.md#when-a-hook-cannot-be-built) has the way out of each.

${table(['code', 'when'], commented('hook-build/errors.ts', 'HOOK_BUILD_ERROR_CODES'))}
`;
}
