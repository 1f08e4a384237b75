import { authorsEntry, type Of } from './entries.ts';
import { answeredLines, cutLine, failedBlock, printedLines, type Line, type Sources } from './lines.ts';

/** Of two services each tells its part at its own time; milliseconds that the one waits for the other. */
const STRAGGLERS_MS = 60;
/** The gateway may never tell: it ended, or logs less than that. */
const UNANSWERED_MS = 1_500;
/** Token requests that are not told of yet; the next one has the first of them told. */
const MAX_OPEN = 1_000;

type Open = {
  printed: Of<'printed'>[];
  failed: Of<'failed'>[];
  answered: Of<'answered'> | undefined;
  told: { entry: Of<'told'>; showAsItIs: () => void }[];
  timer: NodeJS.Timeout;
};

/** Takes a line of a service's output; `false` for one that is nothing for an author. `showAsItIs` shows one after all. */
type Take = (line: string, showAsItIs: () => void) => boolean;

/**
 * What an author reads of the services' logs: what hooks print, why a run failed, and what clients got, each token request together.
 *
 * @param sources Of hooks.
 */
export function createAuthorConsole(sources: Sources, show: (lines: readonly Line[]) => void): Take {
  const open = new Map<string, Open>();

  function close(traceId: string): void {
    const request = open.get(traceId);
    if (request === undefined) return;
    clearTimeout(request.timer);
    open.delete(traceId);
    show(linesOf(request, sources));
    for (const { entry, showAsItIs } of request.told) if (!isTold(entry, request)) showAsItIs();
  }

  function requestOf(traceId: string): Open {
    const known = open.get(traceId);
    if (known !== undefined) return known;
    const [first] = open.keys();
    if (first !== undefined && open.size >= MAX_OPEN) close(first);
    const timer = setTimeout(() => close(traceId), UNANSWERED_MS);
    const fresh: Open = { printed: [], failed: [], answered: undefined, told: [], timer };
    open.set(traceId, fresh);
    return fresh;
  }

  function answer(traceId: string, entry: Of<'answered'>): void {
    const request = requestOf(traceId);
    // A caller that gives every request the same trace has each told of.
    if (request.answered !== undefined) {
      close(traceId);
      answer(traceId, entry);
      return;
    }
    request.answered = entry;
    clearTimeout(request.timer);
    request.timer = setTimeout(() => close(traceId), STRAGGLERS_MS);
  }

  return (line, showAsItIs) => {
    const entry = authorsEntry(line);
    if (entry === undefined) return false;
    const traceId = entry.trace_id ?? '';
    if (entry.kind === 'printed') requestOf(traceId).printed.push(entry);
    else if (entry.kind === 'failed') requestOf(traceId).failed.push(entry);
    else if (entry.kind === 'answered') answer(traceId, entry);
    else if (entry.kind === 'told') requestOf(traceId).told.push({ entry, showAsItIs });
    else show([cutLine(entry)]);
    return true;
  };
}

function linesOf({ printed, failed, answered }: Open, sources: Sources): Line[] {
  const ofFailed = (name: string): Of<'printed'>[] => printed.filter(({ hook }) => hook === name);
  const others = printed.filter(({ hook }) => !failed.some(({ hook: { name } }) => name === hook));
  return [
    ...others.flatMap((entry) => printedLines(entry, sources)),
    ...failed.flatMap((entry) => failedBlock(entry, ofFailed(entry.hook.name), answered, sources)),
    ...(answered === undefined || failed.length > 0 ? [] : answeredLines(answered)),
  ];
}

/** Whether the lines of a request say what an entry of a service does. Why something of ours failed, they do not. */
function isTold({ msg }: Of<'told'>, { failed, answered }: Open): boolean {
  if (msg !== 'a request failed') return answered !== undefined;
  const { hook, actions = [] } = answered?.token_request ?? {};
  return failed.length > 0 || [hook, ...actions].some((run) => run?.outcome === 'denied');
}
