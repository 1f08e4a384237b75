import type { Db } from 'mongodb';
import { OWNER } from '../../shared/domain/person.ts';
import { messageOf } from '../../shared/errors.ts';
import { consoleLinksIn } from '../../shared/store/console-links.ts';
import { buildConsole } from './build-console.ts';

const LINK_MINUTES = 15;

/**
 * Builds the console, when tokens can be had, and tells how to get into it: by a link that signs in once, where a person reads it.
 * A log keeps no such link.
 */
export async function openConsole(
  db: Db,
  { issuer, isRead, say, stop }: { issuer: string; isRead: boolean; say: (line: string) => void; stop: AbortSignal },
): Promise<void> {
  try {
    await buildConsole(stop);
  } catch (error) {
    if (!stop.aborted) say(`hookmint: there is no console: it could not be built (${messageOf(error)})`);
    return;
  }
  if (stop.aborted) return;
  if (!isRead) {
    say(`  Console         ${issuer}console/ (npx hookmint console prints a link that signs in)`);
    return;
  }
  const expires_at = new Date(Date.now() + LINK_MINUTES * 60_000);
  const link = await consoleLinksIn(db).make({ person: OWNER, role: 'admin', expires_at });
  say(`  Console         ${issuer}console/#link=${link}`);
  say(`                  (signs in once, within ${String(LINK_MINUTES)} minutes; npx hookmint console prints another)`);
}
