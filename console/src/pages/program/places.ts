import { ApiFailure } from '../../api/failure.ts';

/** Of the author's file, as builds and runs call it. */
const PLACE = /hook\.[jt]s:(\d+):(\d+)/;

export type Place = { line: number; column: number };

export function placeOf(text: string): Place | undefined {
  const found = PLACE.exec(text);
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2]) };
}

/** Where in the code an answer of the API says that something is wrong. */
export function placeIn(failure: unknown): (Place & { message: string }) | undefined {
  if (!(failure instanceof ApiFailure)) return undefined;
  const place = placeOf(failure.message);
  return place === undefined ? undefined : { ...place, message: failure.message };
}
