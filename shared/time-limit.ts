/** Waits this long at most, then throws `late`; a value or error that comes afterwards is dropped. */
export async function withTimeLimit<T>(timeoutMs: number, waiting: Promise<T>, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), timeoutMs);
  });
  try {
    return await Promise.race([waiting, silence]);
  } finally {
    clearTimeout(timer);
    waiting.catch(() => undefined);
  }
}
