import { z } from 'zod';

/** Advisories that are accepted. */
export const Exceptions = z.array(
  z.strictObject({
    /** As in `GHSA-xxxx-xxxx-xxxx`. */
    advisory: z.string().startsWith('GHSA-'),
    package: z.string(),
    /** Why it does not concern hookmint, or what keeps it from harm. */
    reason: z.string().min(20),
    /** Day until which that is believed. */
    until: z.iso.date(),
  }),
);
export type Exceptions = z.infer<typeof Exceptions>;

export type Advisory = { id: string; name: string; title: string; severity: string };

/**
 * What is wrong: advisories that are not accepted, or not any more, and exceptions that nothing needs.
 *
 * @param today As in `2026-11-24`.
 */
export function judge(advisories: readonly Advisory[], exceptions: Exceptions, today: string): string[] {
  const wrong: string[] = [];
  for (const { id, name, severity, title } of advisories) {
    const exception = exceptions.find((one) => one.advisory === id && one.package === name);
    if (exception === undefined) wrong.push(`${severity}: ${name}: ${title} (${id})`);
    else if (exception.until < today) wrong.push(`${id} of ${name} was accepted until ${exception.until}: review it`);
  }
  for (const { advisory, package: name } of exceptions) {
    if (!advisories.some((one) => one.id === advisory && one.name === name))
      wrong.push(`${advisory} of ${name} is accepted but does not occur any more: remove it from exceptions.json`);
  }
  return wrong;
}
