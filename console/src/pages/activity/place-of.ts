import type { ChangeLog } from '../../api/activity.ts';

/** Where what was changed can be looked at now; `undefined` for what is gone, or has no page. */
export function placeOf({ details: { collection, document_id, after, request } }: ChangeLog): string | undefined {
  if (after === null) return undefined;
  const id = encodeURIComponent(document_id);
  switch (collection) {
    case 'hooks':
      return `/${request.path.startsWith('/api/v2/actions/') ? 'actions' : 'hooks'}/${id}`;
    case 'hook_bindings':
      return '/actions';
    case 'clients':
      return `/clients/${id}`;
    case 'resource_servers':
      return `/apis/${id}`;
    case 'signing_keys':
      return '/keys';
    case 'console_sessions':
      return '/people';
    default:
      return undefined;
  }
}

/** A person by their name, a client by its own. */
export const whoOf = ({ user_name, client_name, client_id }: ChangeLog): string =>
  user_name ?? client_name ?? client_id ?? 'hookmint';

/** What was changed, by the name that it has, else by its id. */
export function nameOf({ details: { document_id, before, after } }: ChangeLog): string {
  for (const document of [after, before]) {
    const name: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, 'name') : undefined;
    if (typeof name === 'string' && name !== '') return name;
  }
  return document_id;
}
