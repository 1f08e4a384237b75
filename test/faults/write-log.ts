/** What a token tells of the hook that shaped it. */
export type Shape = { hook: number; revision: number };

type What = { kind: 'enable' | 'disable'; hook: number } | { kind: 'revise'; hook: number; revision: number };
/** A write had its effect at some moment from its start to its end, milliseconds. */
type Write = What & { startMs: number; endMs: number };

/** The writes to several hooks of one trigger, each with its time. */
export function createWriteLog() {
  const writes: Write[] = [];
  return {
    writes,
    async noting(what: What, act: () => Promise<unknown>): Promise<void> {
      const startMs = performance.now();
      await act();
      writes.push({ ...what, startMs, endMs: performance.now() });
    },
  };
}

type Span = { fromMs: number; toMs: number };

const AT_FIRST = { startMs: -Infinity, endMs: -Infinity };

/**
 * Tells whether a token of an interval may be shaped as it is, for some order of the writes: its hook and revision were enabled at
 * some moment of it; or, for `undefined`, none was.
 */
export function judgeOf(writes: readonly Write[]) {
  const enabled = writes
    .filter(({ kind }) => kind === 'enable')
    .map(({ hook, ...write }) => ({
      hook,
      span: effect(write, writes, (later) =>
        later.kind === 'enable' ? later.hook !== hook : later.kind === 'disable' && later.hook === hook,
      ),
    }));
  // Before the first write none is enabled.
  const none = [AT_FIRST, ...writes.filter(({ kind }) => kind === 'disable')].map((write) =>
    effect(write, writes, ({ kind }) => kind === 'enable'),
  );
  const revisedAt = ({ hook, revision }: Shape): Span | undefined => {
    const write =
      revision === 1
        ? AT_FIRST
        : writes.find((one) => one.kind === 'revise' && one.hook === hook && one.revision === revision);
    if (write === undefined) return undefined;
    return effect(write, writes, (later) => later.kind === 'revise' && later.hook === hook);
  };

  return (shape: Shape | undefined, fromMs: number, toMs: number): boolean => {
    const within = { fromMs, toMs };
    if (shape === undefined) return none.some((span) => overlap(within, span) !== undefined);
    const revised = revisedAt(shape);
    const asRevised = revised === undefined ? undefined : overlap(within, revised);
    if (asRevised === undefined) return false;
    return enabled.some(({ hook, span }) => hook === shape.hook && overlap(asRevised, span) !== undefined);
  };
}

/** The longest time that a write may have held: until the first that surely came after it and undid it. */
function effect(
  { startMs, endMs }: Pick<Write, 'startMs' | 'endMs'>,
  writes: readonly Write[],
  undoes: (write: Write) => boolean,
): Span {
  let toMs = Infinity;
  for (const write of writes) if (write.startMs >= endMs && undoes(write)) toMs = Math.min(toMs, write.endMs);
  return { fromMs: startMs, toMs };
}

function overlap(a: Span, b: Span): Span | undefined {
  const both = { fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) };
  return both.fromMs <= both.toMs ? both : undefined;
}
