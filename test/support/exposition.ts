/** One series of Prometheus's text format. */
export type Series = { name: string; labels: Record<string, string>; value: number };

/** Reads what a service serves at `/metrics`; throws for a line that is not of the format. */
export function parseExposition(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`no series: ${line}`);
    const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    return [
      { name, labels: Object.fromEntries(pairs.map(([, key = '', of = '']) => [key, of])), value: Number(value) },
    ];
  });
}

export type Relabeling = {
  sourceLabels?: string[];
  regex?: string;
  targetLabel?: string;
  replacement?: string;
  action?: string;
};

/** Does to a series what Prometheus does to it by `metricRelabelings`, as far as they are used here. */
export function relabeled(series: Series, relabelings: readonly Relabeling[]): Series {
  const labels: Record<string, string> = { __name__: series.name, ...series.labels };
  for (const {
    sourceLabels = [],
    regex = '(.*)',
    targetLabel,
    replacement = '$1',
    action = 'replace',
  } of relabelings) {
    const whole = new RegExp(`^(?:${regex})$`);
    if (action === 'labeldrop') {
      for (const label of Object.keys(labels)) if (whole.test(label)) Reflect.deleteProperty(labels, label);
      continue;
    }
    const groups = whole.exec(sourceLabels.map((label) => labels[label] ?? '').join(';'));
    if (groups === null || targetLabel === undefined) continue;
    labels[targetLabel] = replacement.replaceAll(/\$\{?(\d)\}?/g, (_, group: string) => groups[Number(group)] ?? '');
  }
  const { __name__: name = '', ...rest } = labels;
  return { ...series, name, labels: rest };
}
