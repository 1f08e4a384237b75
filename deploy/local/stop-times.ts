/**
 * How long those that `npm start` has started have to end in order, milliseconds; then they are killed. The gateway ends first, the other services
 * next, the servers last: however all of it is ended, nothing is left 10 s later.
 */
export const SERVICES_STOP_MS = 2_500;
export const SERVERS_STOP_MS = 4_000;
