/** What the list is narrowed to; all of it is in the address. */
export type Filter = {
  /** Client, correlation id, jti or trace id. */
  find: string;
  outcome: '' | 'issued' | 'refused';
  audience: string;
  /** Id of a hook or an Action. */
  program: string;
  error: string;
  /** Hours back from now; all there are for ''. */
  hours: string;
  /** Of a range of time, ISO; '' for none. */
  from: string;
  to: string;
};

const OUTCOMES: readonly string[] = ['issued', 'refused'];
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;
const HOUR_MS = 3_600_000;

export function filterIn(search: string): Filter {
  const given = new URLSearchParams(search);
  const of = (name: keyof Filter): string => given.get(name) ?? '';
  const outcome = of('outcome');
  return {
    find: of('find'),
    outcome: OUTCOMES.includes(outcome) ? (outcome as Filter['outcome']) : '',
    audience: of('audience'),
    program: of('program'),
    error: of('error'),
    from: ISO.test(of('from')) ? of('from') : '',
    to: ISO.test(of('to')) ? of('to') : '',
    hours: /^\d{1,4}$/.test(of('hours')) ? of('hours') : '',
  };
}

/** The filter as it stands in the address, with a question mark; nothing for none. */
export function addressOf(filter: Filter): string {
  const given = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

export const isEmpty = (filter: Filter): boolean => Object.values(filter).every((value) => value === '');

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
/** Texts that begin so: whatever is no letter or digit stands for itself. */
const beginning = (text: string): string => `${text.replaceAll(/[^\p{L}\p{N}]/gu, String.raw`\$&`)}*`;

/** The filter as the API searches. */
export function searchOf({ find, outcome, audience, program, error, hours, from, to }: Filter, nowMs: number): string {
  const text = find.trim();
  const type = { '': 'type:(seccft OR feccft)', issued: 'type:seccft', refused: 'type:feccft' }[outcome];
  const any = [
    `client_name:${beginning(text)}`,
    ...['client_id', 'correlation_id', 'jti', 'trace_id'].map((name) => `${name}:${quoted(text)}`),
  ];
  return [
    type,
    ...(text === '' ? [] : [`(${any.join(' OR ')})`]),
    ...(audience === '' ? [] : [`audience:${quoted(audience)}`]),
    ...(program === '' ? [] : [`hook_id:${quoted(program)}`]),
    ...(error === '' ? [] : [`error_code:${quoted(error)}`]),
    ...(from === '' ? [] : [`date:>=${from}`]),
    ...(to === '' ? [] : [`date:<${to}`]),
    ...(hours === '' ? [] : [`date:[${new Date(nowMs - Number(hours) * HOUR_MS).toISOString()} TO *]`]),
  ].join(' AND ');
}
