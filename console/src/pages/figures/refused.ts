import type { Figures } from '../../api/figures.ts';

/** Requests that got no token. */
export const refusedOf = ({ errors }: Pick<Figures, 'errors'>): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0);
