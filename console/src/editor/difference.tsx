import { lazy, Suspense, type ComponentProps } from 'react';
import { Loading } from '../parts/loading.tsx';

// A tenth of the editor, and only dialogs have it.
const DifferenceView = lazy(() => import('./difference-view.tsx'));

/** What has changed from one code to another. */
export const Difference = (props: ComponentProps<typeof DifferenceView>) => (
  <Suspense fallback={<Loading what="the difference" />}>
    <DifferenceView {...props} />
  </Suspense>
);
