import { messageOf } from '../../shared/errors.ts';
import { openAudit } from './audit.ts';
import type { Fault, Form, Outcome, World } from './fault.ts';
import { delay, startLoad, type Tally } from './load.ts';

/** Time to heal once the cause is gone. */
const MAX_HEAL_MS = 5_000;

/** Of the hook; what a request may take is this, the gateway's grace on top of it, and the signature. */
export const WALL_MS = 3_000;
const MAX_ANSWER_MS = WALL_MS + 1_000 + 5_000 + 500;

/** What a fault takes to come about, or to be taken away, beside the time it lasts. */
const MAX_STEP_MS = 30_000;

const MIN_TOKENS_BEFORE = 50;
const BEFORE_MS = 700;
/** To see failures after the bound as such. */
const WATCH_MS = MAX_HEAL_MS + 5_000;
const STATUSES = [200, 500, 503];

/** Puts the stack under load, brings a fault about and takes it away, and tells what became of the requests. */
export async function runFault<W extends World>(fault: Fault<W>, world: W, form: Form): Promise<Outcome> {
  const violations: string[] = [];
  const trying = async (what: string, act: () => unknown): Promise<void> => {
    try {
      await act();
    } catch (error) {
      violations.push(`${what}: ${messageOf(error)}`);
    }
  };
  const audit = await openAudit(world.stack);
  const loggedBefore = await audit.issued();
  const load = startLoad(world.stack, fault.oneGateway === true ? world.gateways.slice(0, 1) : world.gateways);
  const watch = world.watch?.();
  await delay(BEFORE_MS);
  for (let i = 0; load.tally.issued < MIN_TOKENS_BEFORE && i < 200; i++) await delay(50);
  if (load.tally.refused + load.tally.lost > 0) violations.push('requests failed before the fault');

  let end: (() => unknown) | undefined;
  await trying('the fault could not be made', async () => {
    end = await within(MAX_STEP_MS, fault.begin(world, form));
  });
  await Promise.all([
    delay(fault.lastsMs?.[form] ?? 0),
    trying('while the cause was there', () =>
      within((fault.lastsMs?.[form] ?? 0) + MAX_STEP_MS, fault.during?.(world, form)),
    ),
  ]);
  await trying('the fault could not be ended', () => within(MAX_STEP_MS, end?.()));
  const goneMs = performance.now();
  let backMs = goneMs;
  const [isSteady] = await Promise.all([
    load.untilSteady(goneMs, WATCH_MS),
    trying('after the cause was gone', async () => {
      await within(WATCH_MS, fault.untilHealed?.(world));
      backMs = performance.now();
    }),
  ]);
  const tally = await load.stop();
  const watched = await watch?.stop(goneMs);
  violations.push(...(watched?.violations ?? []));
  let eventsMissing = tally.issued;
  await trying('the events', async () => {
    const expected = loggedBefore + tally.issued;
    eventsMissing = Math.max(0, expected - (await audit.untilRead(expected)));
    await fault.afterwards?.(world, form);
  });
  if (eventsMissing > 0 && fault.keepsEvents === true) violations.push(`${String(eventsMissing)} tokens in no log`);
  const healedMs = Math.max(0, tally.lastFailureMs - goneMs, fault.untilHealed === undefined ? 0 : backMs - goneMs);
  violations.push(...violationsOf(fault, tally, healedMs));
  if (!isSteady) violations.push('tokens are not issued again');
  const { asked, issued, refused, lost, repeated, unmodified, slowestMs } = tally;
  const counts = { asked, issued, refused, lost, repeated, unmodified, eventsMissing };
  return { fault: fault.name, ...counts, healedMs, slowestMs, watched: watched?.cells ?? {}, violations };
}

function within<T>(timeoutMs: number, done: T): Promise<Awaited<T>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  return Promise.race([
    Promise.resolve(done),
    new Promise<never>((_, reject) => {
      timeout.addEventListener('abort', () => reject(new Error(`not done after ${String(timeoutMs)} ms`)));
    }),
  ]);
}

function violationsOf(
  fault: Pick<Fault, 'mayRefuse' | 'refusesForAWhile' | 'mayLose' | 'maxAnswerMs'>,
  tally: Tally,
  healedMs: number,
): string[] {
  const strange = [...tally.statuses.keys()].filter((status) => !STATUSES.includes(status));
  const wrong: [boolean, string][] = [
    [tally.unmodified > 0, `${String(tally.unmodified)} tokens without what their hook adds`],
    [tally.lost > 0 && fault.mayLose !== true, `${String(tally.lost)} requests lost`],
    [tally.refused > 0 && !fault.mayRefuse, `${String(tally.refused)} requests refused`],
    [
      tally.unexcused > 0 && fault.refusesForAWhile === true,
      `${String(tally.unexcused)} refusals are not 503 with Retry-After: ${[...tally.statuses].map(([status, times]) => `${String(times)} × ${String(status)}`).join(', ')}`,
    ],
    [healedMs > MAX_HEAL_MS, `healed only after ${String(Math.round(healedMs))} ms`],
    [
      tally.slowestMs > (fault.maxAnswerMs ?? MAX_ANSWER_MS),
      `an answer took ${String(Math.round(tally.slowestMs))} ms`,
    ],
    [strange.length > 0, `answered with ${strange.join(', ')}`],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

/** One line for the log of the tests. */
export function report(
  outcome: Omit<Outcome, 'violations' | 'watched' | 'eventsMissing'> &
    Partial<Pick<Outcome, 'watched' | 'eventsMissing'>>,
): void {
  const { fault, asked, issued, refused, lost, repeated, unmodified, eventsMissing, healedMs, slowestMs } = outcome;
  const counts = { asked, issued, refused, lost, repeated, unmodified };
  const figures = Object.entries(eventsMissing === undefined ? counts : { ...counts, 'events missing': eventsMissing });
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const told = Object.entries(outcome.watched ?? {})
    .map(([what, cell]) => `, ${what.toLowerCase()} ${cell}`)
    .join('');
  process.stdout.write(
    `faults: ${fault}: ${figures.map(([what, n]) => `${what} ${String(n)}`).join(', ')}, ` +
      `healed in ${seconds(healedMs)}, slowest answer ${seconds(slowestMs)}${told}\n`,
  );
}
