/** A client of the Chrome DevTools Protocol, as a debugger speaks it. */
export type Debugger = {
  send: (method: string, params?: object) => Promise<Record<string, unknown>>;
  /** The next event of a name that is as told, also one that has come already and was not taken. */
  next: (method: string, is?: (params: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  close: () => void;
};

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
};

export async function attachDebugger(url: string): Promise<Debugger> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error(`no debugger at ${url}`)), { once: true });
  });
  let lastId = 0;
  const asked = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const events: { method: string; params: Record<string, unknown> }[] = [];
  let heard = Promise.withResolvers<undefined>();
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params = {}, result = {}, error } = JSON.parse(String(data)) as Message;
    if (id !== undefined && error !== undefined) asked.get(id)?.reject(new Error(error.message));
    else if (id !== undefined) asked.get(id)?.resolve(result);
    if (method === undefined) return;
    events.push({ method, params });
    heard.resolve(undefined);
    heard = Promise.withResolvers();
  });
  return {
    send: (method, params = {}) => {
      const id = ++lastId;
      const answer = Promise.withResolvers<Record<string, unknown>>();
      asked.set(id, answer);
      socket.send(JSON.stringify({ id, method, params }));
      return answer.promise;
    },
    next: async (method, is = () => true) => {
      for (;;) {
        const n = events.findIndex((event) => event.method === method && is(event.params));
        const [found] = n === -1 ? [] : events.splice(n, 1);
        if (found !== undefined) return found.params;
        await heard.promise;
      }
    },
    close: () => socket.close(),
  };
}
