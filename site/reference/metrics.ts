import ts from 'typescript';
import { code, MADE, table } from './markdown.ts';
import { docOf, nodesOf, parsed } from './source-text.ts';

const FILES = ['metrics', 'process-metrics', 'observe-process'].map((name) => `shared/telemetry/${name}.ts`);

type Metric = { name: string; kind: string; unit: string; description: string };

/** Every instrument, as it is made. */
function metrics(): Metric[] {
  return FILES.flatMap((file) => {
    const source = parsed(file);
    return [...nodesOf(source)].flatMap((node): Metric[] => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
      const [, kind] =
        /^create(?:Observable)?(Counter|UpDownCounter|Gauge|Histogram)$/.exec(node.expression.name.text) ?? [];
      const [name, options] = node.arguments;
      if (kind === undefined || name === undefined || !ts.isStringLiteral(name)) return [];
      const said = optionsOf(source, options);
      const statement =
        ts.findAncestor(node, ts.isVariableStatement) ?? ts.findAncestor(node, ts.isFunctionDeclaration);
      const doc = statement === undefined ? '' : docOf(statement);
      const by = /\bby (`.*?)(?:\.\s|\.?$)/.exec(doc)?.[1];
      const description = (said.get('description') ?? '') + (by === undefined ? '' : `; by ${by}`);
      return [{ name: name.text, kind: kind.toLowerCase(), unit: said.get('unit') ?? '', description }];
    });
  });
}

/** Texts of an options object, there or in the variable that stands for it. */
function optionsOf(source: ts.SourceFile, given: ts.Expression | undefined): Map<string, string> {
  let options = given;
  if (given !== undefined && ts.isIdentifier(given)) {
    const declared = [...nodesOf(source)].find(
      (node) => ts.isVariableDeclaration(node) && node.name.getText() === given.text,
    );
    options = declared !== undefined && ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  }
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return new Map();
  return new Map(
    options.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer)
        ? [[property.name.getText(), property.initializer.text] as const]
        : [],
    ),
  );
}

/** @throws {Error} for a metric without a description. */
export function metricsPage(): string {
  const found = metrics().sort((a, b) => (a.name < b.name ? -1 : 1));
  const without = found.filter(({ description }) => description === '');
  if (without.length > 0) throw new Error(`no description: ${without.map(({ name }) => name).join(', ')}`);
  const rows = found.map(({ name, kind, unit, description }) => [code(name), kind, code(unit), description]);
  return `# Metrics

${MADE('the instruments of the services')}

[Observability](../docs/observability.md) says how to have them, and what each tells; [the runbook](../docs/runbook.md) what to do at an alert. In Prometheus a name has \`_\` for \`.\`, its unit, and
\`_total\` where it counts.

${table(['metric', 'kind', 'unit', 'what it tells'], rows)}
`;
}
