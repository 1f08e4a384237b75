import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { isFailure } from './api/failure.ts';
import { onSessionEnded, readSession, signIn, type Session } from './api/session.ts';
import { Frame } from './frame/frame.tsx';
import { SignIn, SignInForm } from './frame/sign-in.tsx';
import { SignedIn } from './frame/signed-in.ts';
import { Dialog } from './parts/dialog.tsx';
import { Failure } from './parts/failure.tsx';
import { Loading } from './parts/loading.tsx';
import { useTell } from './parts/toasts.tsx';
import { ActionsPage } from './pages/actions-page.tsx';
import { HooksPage } from './pages/hooks-page.tsx';
import { NotFound } from './pages/not-found.tsx';
import { TokensPage } from './pages/tokens/tokens-page.tsx';

// The editor is half of all that there is, and only these pages have it.
const ClientsPage = lazy(() => import('./pages/clients/clients-page.tsx'));
const ClientPage = lazy(() => import('./pages/clients/client-page.tsx'));
const ApisPage = lazy(() => import('./pages/apis/apis-page.tsx'));
const ApiPage = lazy(() => import('./pages/apis/api-page.tsx'));
const FiguresPage = lazy(() => import('./pages/figures/figures-page.tsx'));
const KeysPage = lazy(() => import('./pages/keys/keys-page.tsx'));
const ActivityPage = lazy(() => import('./pages/activity/activity-page.tsx'));
const ChangePage = lazy(() => import('./pages/activity/change-page.tsx'));
const RecordingsPage = lazy(() => import('./pages/recordings/recordings-page.tsx'));
const PeoplePage = lazy(() => import('./pages/people/people-page.tsx'));
const TokenPage = lazy(() => import('./pages/tokens/token-page.tsx'));
const ProgramPage = lazy(() => import('./pages/program/program-page.tsx'));

type State =
  | { is: 'asking' }
  | { is: 'signed out'; failure?: unknown }
  | { is: 'away'; error: unknown }
  | { is: 'signed in'; session: Session; isOver: boolean; told?: string | undefined };

/** Asked once, however often it is rendered: a link signs in once. */
let first: Promise<State> | undefined;

async function firstState(link: string | undefined, answered: unknown): Promise<State> {
  let failure = answered;
  if (link !== undefined) {
    try {
      return { is: 'signed in', session: await signIn(link), isOver: false };
    } catch (error) {
      failure = error;
    }
  }
  try {
    const session = await readSession();
    // Whoever is signed in already has no use for a link that was followed before, and is told of one that was not used.
    if (session !== null) {
      const told = isFailure(failure, 'console_signed_in') ? failure.message : undefined;
      return { is: 'signed in', session, isOver: false, told };
    }
    return failure === undefined ? { is: 'signed out' } : { is: 'signed out', failure };
  } catch (error) {
    return { is: 'away', error };
  }
}

/** @param failure Why the provider's answer signed nobody in. */
export function App({ link, failure }: { link: string | undefined; failure: unknown }) {
  const [state, setState] = useState<State>({ is: 'asking' });
  const queries = useQueryClient();
  const tell = useTell();
  useEffect(() => {
    void (first ??= firstState(link, failure)).then((found) => {
      setState(found);
      if (found.is === 'signed in' && found.told !== undefined) tell(found.told);
    });
  }, [link, failure, tell]);
  useEffect(
    () => onSessionEnded(() => setState((now) => (now.is === 'signed in' ? { ...now, isOver: true } : now))),
    [],
  );
  const enter = (session: Session): void => {
    setState({ is: 'signed in', session, isOver: false });
    void queries.invalidateQueries();
  };
  switch (state.is) {
    case 'asking':
      return <Loading what="the console" />;
    case 'away':
      return (
        <main className="sign-in">
          <Failure what="The console cannot be used." error={state.error} onRetry={() => location.reload()} />
        </main>
      );
    case 'signed out':
      return <SignIn onSignedIn={enter} failure={state.failure} />;
    case 'signed in':
      return (
        <SignedIn value={state.session}>
          <Frame>
            <Pages />
          </Frame>
          {state.isOver && (
            <Dialog title="Sign in again" onClose={() => undefined}>
              <p>The session is over. What you wrote is still here.</p>
              <SignInForm onSignedIn={enter} />
            </Dialog>
          )}
        </SignedIn>
      );
  }
}

/** The router leaves what separates parts of a URL as it is written. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/">
          <Redirect to="/hooks" replace />
        </Route>
        <Route path="/hooks">
          <HooksPage />
        </Route>
        <Route path="/hooks/:id/:tab?">
          {({ id, tab }) => <ProgramPage key={id} kind="hooks" id={id} tab={tab} />}
        </Route>
        <Route path="/actions">
          <ActionsPage />
        </Route>
        <Route path="/actions/:id/:tab?">
          {({ id, tab }) => <ProgramPage key={id} kind="actions" id={id} tab={tab} />}
        </Route>
        <Route path="/tokens">
          <TokensPage />
        </Route>
        <Route path="/tokens/:id">{({ id }) => <TokenPage key={id} id={id} />}</Route>
        <Route path="/figures">
          <FiguresPage />
        </Route>
        <Route path="/recordings">
          <RecordingsPage />
        </Route>
        <Route path="/clients">
          <ClientsPage />
        </Route>
        <Route path="/clients/:id">{({ id }) => <ClientPage key={id} id={id} />}</Route>
        <Route path="/apis">
          <ApisPage />
        </Route>
        <Route path="/apis/:id">{({ id }) => <ApiPage key={id} id={decoded(id)} />}</Route>
        <Route path="/keys">
          <KeysPage />
        </Route>
        <Route path="/activity">
          <ActivityPage />
        </Route>
        <Route path="/activity/:id">{({ id }) => <ChangePage key={id} id={id} />}</Route>
        <Route path="/people">
          <PeoplePage />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  );
}
