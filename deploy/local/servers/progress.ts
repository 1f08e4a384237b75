/** Takes one finished line for the operator. */
export type Report = (line: string) => void;

/** A line of a terminal that is drawn again and again. */
export interface RedrawnLine {
  draw: (text: string) => void;
  /** Leaves the line empty. */
  end: () => void;
}

export interface Progress {
  advance: (bytes: number) => void;
  end: () => void;
}

const REDRAW_INTERVAL_MS = 100;
const REPORT_STEP_PERCENT = 25;
const MEGABYTE = 1_000_000;

/** Shows a download: on a terminal as one updating line, elsewhere as one reported line per 25 %. */
export function showProgress(
  label: string,
  totalBytes: number,
  report: Report,
  line: RedrawnLine | undefined,
): Progress {
  return line === undefined ? steps(label, totalBytes, report) : updatingLine(label, totalBytes, line);
}

function updatingLine(label: string, totalBytes: number, line: RedrawnLine): Progress {
  let doneBytes = 0;
  let drawnAtMs = 0;
  const draw = (): void => line.draw(`${label}: ${amount(doneBytes, totalBytes)}`);
  return {
    advance: (bytes) => {
      doneBytes += bytes;
      if (Date.now() - drawnAtMs < REDRAW_INTERVAL_MS) return;
      drawnAtMs = Date.now();
      draw();
    },
    end: line.end,
  };
}

function steps(label: string, totalBytes: number, report: Report): Progress {
  let doneBytes = 0;
  let nextPercent = REPORT_STEP_PERCENT;
  return {
    advance: (bytes) => {
      doneBytes += bytes;
      if (totalBytes === 0 || percent(doneBytes, totalBytes) < nextPercent) return;
      report(`${label}: ${amount(doneBytes, totalBytes)}`);
      while (nextPercent <= percent(doneBytes, totalBytes)) nextPercent += REPORT_STEP_PERCENT;
    },
    end: () => undefined,
  };
}

function amount(doneBytes: number, totalBytes: number): string {
  const done = (doneBytes / MEGABYTE).toFixed(1);
  if (totalBytes === 0) return `${done} MB`;
  return `${percent(doneBytes, totalBytes)} % (${done} of ${(totalBytes / MEGABYTE).toFixed(1)} MB)`;
}

function percent(doneBytes: number, totalBytes: number): number {
  return Math.floor((doneBytes / totalBytes) * 100);
}
