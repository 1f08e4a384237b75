/** A copy of an object without some of its members. */
export function without<T extends object, Name extends keyof T>(object: T, ...names: Name[]): Omit<T, Name> {
  const left = Object.entries(object).filter(([name]) => !names.some((other) => other === name));
  return Object.fromEntries(left) as Omit<T, Name>;
}
