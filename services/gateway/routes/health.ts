import type { Request, Response } from 'express';
import { VERSION } from '../../../shared/version.ts';

/** `GET /healthz`: the process answers. */
export function healthRoute(_request: Request, response: Response): void {
  response.set('Cache-Control', 'no-store').json({ status: 'ok', version: VERSION });
}

/** `GET /readyz`: tokens can be issued; 503 with what is missing otherwise. */
export function readyRoute(missing: () => string[]) {
  return (_request: Request, response: Response): void => {
    const reasons = missing();
    response
      .set('Cache-Control', 'no-store')
      .status(reasons.length === 0 ? 200 : 503)
      .json(
        reasons.length === 0
          ? { status: 'ready', version: VERSION }
          : { status: 'not ready', version: VERSION, missing: reasons },
      );
  };
}
