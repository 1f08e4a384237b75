/** A module of a test plan: its name, and the variant in which it runs. */
export type SuiteModule = { testModule: string; variant: unknown };

export type ModuleResult = {
  isPassed: boolean;
  /** As the suite says it: `FINISHED PASSED`. */
  outcome: string;
  /** What it complains of, a line each. */
  complaints: string[];
};

/** OpenID's conformance suite, by its REST API. */
export type Suite = {
  /** Makes a plan, and answers its modules with the way to run one. */
  plan: (
    name: string,
    variant: object,
    configuration: object,
  ) => Promise<{ modules: SuiteModule[]; run: (module: SuiteModule) => Promise<ModuleResult> }>;
};

type Entry = { src?: string; result?: string; msg?: string };

const POLL_MS = 500;
const MODULE_TIMEOUT_MS = 120_000;

/** @param url Where a suite listens that was started in its mode for developers. */
export function openSuite(url: string): Suite {
  async function call<T>(method: string, path: string, query: Record<string, string> = {}, body?: object): Promise<T> {
    const answer = await fetch(new URL(`/api/${path}?${new URLSearchParams(query).toString()}`, url), {
      method,
      // It believes to be behind a proxy that ends TLS.
      headers: { 'X-Forwarded-Proto': 'https', 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The suite answers ${method} ${path} with ${String(answer.status)}: ${text}`);
    return JSON.parse(text) as T;
  }

  async function run(planId: string, { testModule, variant }: SuiteModule): Promise<ModuleResult> {
    const chosen = { test: testModule, plan: planId, variant: JSON.stringify(variant) };
    const { id } = await call<{ id: string }>('POST', 'runner', chosen);
    const untilMs = performance.now() + MODULE_TIMEOUT_MS;
    for (;;) {
      const { status, result = '' } = await call<{ status: string; result?: string }>('GET', `info/${id}`);
      if (status === 'CONFIGURED') await call('POST', `runner/${id}`);
      if (status === 'FINISHED' || status === 'INTERRUPTED' || performance.now() > untilMs) {
        const log = await call<Entry[]>('GET', `log/${id}`);
        const complaints = log.filter((entry) => entry.result === 'FAILURE' || entry.result === 'WARNING');
        return {
          isPassed: status === 'FINISHED' && result === 'PASSED' && complaints.length === 0,
          outcome: `${status} ${result}`,
          complaints: complaints.map(({ src, msg }) => `${String(src)}: ${String(msg)}`),
        };
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  return {
    plan: async (name, variant, configuration) => {
      const query = { planName: name, variant: JSON.stringify(variant) };
      const made = await call<{ id: string; modules: SuiteModule[] }>('POST', 'plan', query, configuration);
      return { modules: made.modules, run: (module) => run(made.id, module) };
    },
  };
}
