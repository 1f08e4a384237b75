/** Takes one finished line for the operator. */
export type Report = (line: string) => void;

/** Where an updating line may be drawn; `process.stderr` fits. */
export interface Terminal {
  isTTY?: boolean | undefined;
  write: (text: string) => unknown;
}

export interface Progress {
  advance: (bytes: number) => void;
  end: () => void;
}

const REDRAW_INTERVAL_MS = 100;
const REPORT_STEP_PERCENT = 25;
const MEGABYTE = 1_000_000;

/** Shows a download: on a terminal as one updating line, elsewhere as one reported line per 25 %. */
export function showProgress(label: string, totalBytes: number, report: Report, terminal: Terminal): Progress {
  return terminal.isTTY ? updatingLine(label, totalBytes, terminal) : steps(label, totalBytes, report);
}

function updatingLine(label: string, totalBytes: number, terminal: Terminal): Progress {
  let doneBytes = 0;
  let drawnAtMs = 0;
  const draw = (): unknown => terminal.write(`\r\u001b[K${label}: ${amount(doneBytes, totalBytes)}`);
  return {
    advance: (bytes) => {
      doneBytes += bytes;
      if (Date.now() - drawnAtMs < REDRAW_INTERVAL_MS) return;
      drawnAtMs = Date.now();
      draw();
    },
    end: () => terminal.write('\r\u001b[K'),
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
