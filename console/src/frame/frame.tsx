import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { signOut } from '../api/session.ts';
import { CONSOLE_PATH } from '../page.ts';
import { shown } from '../words/shown.ts';
import { Logo } from './logo.tsx';
import { useSession } from './signed-in.ts';
import { useTheme } from './theme.ts';

/** `scope`: only who has it has any use for the page. */
const PAGES: readonly { path: string; name: string; scope?: string }[] = [
  { path: '/hooks', name: 'Hooks' },
  { path: '/actions', name: 'Actions' },
  { path: '/tokens', name: 'Tokens' },
  { path: '/figures', name: 'Figures' },
  { path: '/recordings', name: 'Recordings', scope: 'read:hook_recordings' },
  { path: '/clients', name: 'Clients' },
  { path: '/apis', name: 'APIs' },
  { path: '/keys', name: 'Keys' },
  { path: '/activity', name: 'Activity', scope: 'read:logs' },
  { path: '/people', name: 'People', scope: 'read:console_sessions' },
];

const THEME_NAMES = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

/** What is around every page: where one is, who one is, and the way out. */
export function Frame({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  const { person, roles, scopes, tenant } = useSession();
  const [theme, nextTheme] = useTheme();
  const leave = async (): Promise<void> => {
    await signOut();
    globalThis.location.assign(`${CONSOLE_PATH}?signed_out`);
  };
  return (
    <div className="frame">
      <a className="button skip-link" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <Link className="brand" href="/hooks">
          <Logo /> hookmint
        </Link>
        <span className="tenant">{tenant}</span>
        <div className="top-end">
          <span className="who" title={roles.join(', ')}>
            {shown(person.name)}
          </span>
          <button type="button" className="button plain small" aria-label={THEME_NAMES[theme]} onClick={nextTheme}>
            <span aria-hidden="true">◐</span> <span className="roomy-only">{THEME_NAMES[theme]}</span>
          </button>
          <button type="button" className="button plain small" onClick={() => void leave()}>
            Sign out
          </button>
        </div>
      </header>
      <nav className="nav" aria-label="Pages">
        <ul>
          {PAGES.filter(({ scope }) => scope === undefined || scopes.includes(scope)).map(({ path, name }) => (
            <li key={path}>
              <Link className="nav-link" href={path} aria-current={location.startsWith(path) ? 'page' : undefined}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
