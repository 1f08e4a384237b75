import { CONSOLE_PATH } from '../page.ts';
import type { Answered, Answers, Asked, Language, Question } from './worker/protocol.ts';

/** Asks the worker that knows types. */
export type TypesClient = {
  /** `null` when the worker is gone. */
  ask: <Q extends Question>(question: Q, code: string) => Promise<Answers[Q['what']] | null>;
  setSecrets: (names: readonly string[]) => void;
  setLanguage: (language: Language) => void;
};

let opened: TypesClient | undefined;

/** The worker, which is kept: it costs a second to start, and the page's policy makes one. */
export function openTypes(): TypesClient {
  return (opened ??= startWorker());
}

function startWorker(): TypesClient {
  const worker = new Worker(workerUrl(), { type: 'module' });
  const waiting = new Map<number, (answer: Answered['answer'] | null) => void>();
  let secrets: readonly string[] = [];
  let language: Language = 'javascript';
  let lastId = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => {
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  });
  worker.addEventListener('error', () => {
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
    opened = undefined;
  });
  return {
    ask: (question, code) =>
      new Promise((resolve) => {
        const id = ++lastId;
        waiting.set(id, resolve as (answer: Answered['answer'] | null) => void);
        worker.postMessage({ id, code, secrets, language, ...question } satisfies Asked);
      }),
    setSecrets: (names) => (secrets = names),
    setLanguage: (next) => (language = next),
  };
}

const URL_OF_WORKER = `${CONSOLE_PATH}assets/${TYPES_WORKER}`;

/** Makes the one URL of a script that the page may load beside its own. */
const policy =
  typeof trustedTypes === 'undefined'
    ? undefined
    : trustedTypes.createPolicy('hookmint-console', {
        createScriptURL: (url) => {
          if (url === URL_OF_WORKER) return url;
          throw new TypeError('not a script of the console');
        },
      });

const workerUrl = (): URL | string => policy?.createScriptURL(URL_OF_WORKER) ?? URL_OF_WORKER;
