import type { Stack } from '../support/stack.ts';

/** What a group of faults happens to: a running stack, and what its faults need of it. */
export type World = {
  stack: Stack;
  /** Base URLs of the gateways that a load balancer would know, without a slash at the end. */
  gateways: readonly string[];
  /** Begins to watch more than the load shows. */
  watch?: () => Watch;
  stop(): Promise<void>;
};

/** What is watched while a fault is there. */
export type Watch = {
  /** Cells for the columns that the group has beside those of all, and what was not as it has to be. */
  stop: (goneMs: number) => Promise<Watched>;
};
export type Watched = { cells: Record<string, string>; violations: string[] };

/** How long a fault lasts: `short` in CI, `long` when the table of `docs/reliability.md` is made. */
export type Form = 'short' | 'long';

/** What the document tells of a fault. */
export type Described = {
  /** First column of the table. */
  name: string;
  /** How it is made: a sentence. */
  how: string;
  /** What may happen besides tokens, and why: a sentence. */
  allowed: string;
  /** How long the cause is there; absent: a moment. */
  lastsMs?: Record<Form, number>;
};

/** Something that breaks while tokens are asked for. */
export type Fault<W extends World = World> = Described & {
  /** Answers with an error of the protocol are allowed. */
  mayRefuse: boolean;
  /** Every refusal is 503 and tells when to ask again: nothing is wrong with the hook, or with the request. */
  refusesForAWhile?: boolean;
  /** Requests without an answer are allowed: nobody is left to ask. */
  mayLose?: boolean;
  /** Longest time that an answer may take, when it is longer than that of the hook and the signature. */
  maxAnswerMs?: number;
  /** Each token that was issued becomes a log. */
  keepsEvents?: boolean;
  /** The load goes to the first gateway only. */
  oneGateway?: boolean;
  /** Brings the cause about. What it gives takes the cause away. */
  begin: (world: W, form: Form) => Promise<(() => unknown) | undefined>;
  /** Checks more while the cause is there, and throws what is wrong; the cause stays for `lastsMs` at least. */
  during?: (world: W, form: Form) => Promise<void>;
  /** Checks more once all events have been read. */
  afterwards?: (world: W, form: Form) => Promise<void>;
  /** Resolves when what else was gone is back; the time it takes counts as healing. */
  untilHealed?: (world: W) => Promise<void>;
};

/** Faults that happen to one stack, one after the other. */
export type FaultGroup<W extends World = World> = {
  /** Heading in the document. */
  title: string;
  /** Columns beside those of all groups: then it has a table of its own. */
  columns?: readonly string[];
  open: () => Promise<W>;
  faults: readonly Fault<W>[];
};

/** What came of a fault: counts of requests, and times. */
export type Outcome = {
  fault: string;
  asked: number;
  issued: number;
  /** Answered with an error of the protocol. */
  refused: number;
  /** Without an answer of the protocol. */
  lost: number;
  /** Asked of another gateway after the first gave no answer. */
  repeated: number;
  /** Tokens without what their hook adds. */
  unmodified: number;
  /** Tokens issued to the clients of the load that are in no log once all events have been read. */
  eventsMissing: number;
  /** From the end of the cause to the last request that failed, and until all else was back. */
  healedMs: number;
  slowestMs: number;
  /** Of the columns that only this group has. */
  watched: Record<string, string>;
  /** What was not as it has to be; empty when all was. */
  violations: string[];
};
