import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/program.css';
import './styles/tokens-page.css';
import './styles/figures.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { ApiFailure } from './api/failure.ts';
import { takeLink, takeSignInFailure } from './api/session.ts';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './frame/theme.ts';
import { CONSOLE_PATH } from './page.ts';
import { Toasts } from './parts/toasts.tsx';

// Before anything else: the address has a secret.
const link = takeLink();
const failure = takeSignInFailure();
applyTheme(storedTheme());
// A link that is put into the address of an open page loads nothing by itself.
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#link=')) location.reload();
});

const MAX_RETRIES = 2;
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What is wrong stays wrong; what was away may be back.
      retry: (count, error) =>
        count < MAX_RETRIES && error instanceof ApiFailure && (error.status === 0 || error.status >= 500),
    },
  },
});

const place = document.getElementById('console');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Router base={CONSOLE_PATH.replace(/\/$/, '')}>
          <Toasts>
            <App link={link} failure={failure} />
          </Toasts>
        </Router>
      </QueryClientProvider>
    </StrictMode>,
  );
}
