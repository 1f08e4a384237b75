/** What the code is written in. */
export type Language = 'javascript' | 'typescript';

/** What the editor asks of the worker that knows types. Positions are offsets in the author's text. */
export type Asked = {
  id: number;
  /** The hook's code as it is in the editor. */
  code: string;
  /** Names of the hook's secrets. */
  secrets: readonly string[];
  language: Language;
} & Question;

export type Question =
  | { what: 'problems' }
  | { what: 'completions'; at: number }
  | { what: 'completion-details'; at: number; name: string }
  | { what: 'hover'; at: number }
  | { what: 'signature'; at: number };

export type Problem = { from: number; to: number; message: string; isSyntax: boolean };
export type Completion = { name: string; kind: string; sort: string };
export type Explained = { from: number; to: number; signature: string; documentation: string };
export type Signature = { label: string; from: number; to: number; documentation: string };

export type Answers = {
  problems: Problem[];
  completions: { from: number; options: Completion[] } | null;
  'completion-details': Omit<Explained, 'from' | 'to'> | null;
  hover: Explained | null;
  /** `from` and `to` are of the argument that is written, in the label. */
  signature: Signature | null;
};

export type Answered = { id: number; answer: Answers[keyof Answers] };
