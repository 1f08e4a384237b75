/** Who wrote a revision: a person of the console, or a client by its id. */
export function whoWrote(by: string | null): string {
  if (by === null) return 'setup';
  if (by === 'link|owner') return 'this machine';
  return by.startsWith('link|') ? `a link by ${by.slice('link|'.length)}` : by;
}
