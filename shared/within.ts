/** Waits for so long, and throws `late` then; what comes afterwards is nobody's any more. */
export async function within<T>(timeoutMs: number, waiting: Promise<T>, late: Error): Promise<T> {
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
