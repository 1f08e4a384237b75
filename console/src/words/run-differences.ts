/** Of a run what its client gets: a token, or an answer without one. */
export type ClientAnswer = {
  token: { scope: readonly string[]; claims: Readonly<Record<string, unknown>> } | null;
  answer: { status: number; error: string } | null;
};

/** What the same request would get otherwise: `+` more, `−` less, `±` something else. */
export type RunDifference = { sign: '+' | '−' | '±'; what: string; value?: string };

const MAX_VALUE_LENGTH = 80;

/** In what a token of one run differs from that of another, for the client; none where it would notice nothing. */
export function differencesOf(before: ClientAnswer, after: ClientAnswer): RunDifference[] {
  const [was, is] = [before.token, after.token];
  if (was === null || is === null) return refusalsOf(before, after);
  const only = (these: readonly string[], those: readonly string[]): string[] =>
    these.filter((one) => !those.includes(one));
  return [
    ...only(is.scope, was.scope).map((scope) => ({ sign: '+', what: `scope ${scope}` }) as const),
    ...only(was.scope, is.scope).map((scope) => ({ sign: '−', what: `scope ${scope}` }) as const),
    ...claimsOf(was.claims, is.claims),
  ];
}

function claimsOf(was: Readonly<Record<string, unknown>>, is: Readonly<Record<string, unknown>>): RunDifference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.flatMap((what): RunDifference[] => {
    const [value, valueBefore] = [is, was].map((claims) =>
      Object.hasOwn(claims, what) ? JSON.stringify(claims[what]) : undefined,
    );
    if (value === valueBefore) return [];
    if (value === undefined) return [{ sign: '−', what }];
    return [{ sign: valueBefore === undefined ? '+' : '±', what, value: cut(value) }];
  });
}

const cut = (text: string): string => (text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH)}…`);

/** One of them makes no token. */
function refusalsOf({ token, answer: was }: ClientAnswer, { answer: is }: ClientAnswer): RunDifference[] {
  const text = (answer: ClientAnswer['answer']): string => `${String(answer?.status)} ${answer?.error ?? ''}`;
  if (is === null) return [{ sign: '+', what: 'a token', value: `instead of ${text(was)}` }];
  if (token !== null) return [{ sign: '−', what: 'no token', value: text(is) }];
  return text(was) === text(is) ? [] : [{ sign: '±', what: 'refused', value: `${text(is)} instead of ${text(was)}` }];
}
