/**
 * Every `errorCode` that an answer may have, and when. A code is a contract: it never changes its meaning. The OpenAPI document
 * lists them from here.
 */
export const ERROR_CODES = {
  invalid_request: 'The request is not valid HTTP, or cannot be routed.',
  invalid_uri: 'A parameter in the path is not valid.',
  invalid_query_string: 'A parameter in the query is not valid, or not known; the message names it.',
  invalid_body: 'The body is not valid, or has a member that is not known; the message names it.',
  payload_too_large: 'The body is too large.',
  unsupported_media_type: 'The Content-Type, charset or Content-Encoding of the request is not supported.',
  method_not_allowed: 'The path is there, and takes other methods; the header Allow names them.',
  not_found: 'There is nothing at this path.',

  invalid_token: 'The access token is missing, expired, of another issuer or for another audience.',
  insufficient_scope: 'The access token lacks the scope of the operation; the message names it.',
  too_many_requests: 'The client called too often; the header Retry-After says when to call again.',
  too_many_streams: 'As many streams are open as there may be.',

  internal_error: 'An error of hookmint; its log says more.',
  store_unavailable: 'The database cannot be used at the moment.',
  service_unavailable: 'A service that is needed does not answer at the moment.',
  keys_unavailable: 'The keys that verify access tokens are not known yet.',
  too_many_writers: 'Too many requests change the same thing at once; call again.',

  operation_not_supported: 'What is asked for cannot be done to this resource.',
  limit_exceeded: 'There are as many of these as there may be.',

  inexistent_resource_server: 'There is no such API.',
  resource_server_conflict: 'Another API has this identifier.',

  inexistent_client: 'There is no such client.',
  client_conflict: 'Another client has this client_id.',
  inexistent_client_credential: 'The client has no such credential.',
  credential_conflict: 'The client has a credential with this kid.',
  credential_in_use: 'The client authenticates with this credential.',
  last_administrator:
    'Nobody could administer hookmint any more, or somebody else would take the last such client over.',
  inexistent_client_grant: 'There is no such client grant.',
  client_grant_conflict: 'The client has a grant for this API.',

  inexistent_signing_key: 'There is no such signing key, or it was revoked long ago.',
  signing_key_unpublished:
    'The next signing key is not published for long enough; the header Retry-After says when it is.',
  signing_key_in_use: 'The signing key is the current or the next one; only one that was replaced can be revoked.',

  inexistent_log: 'There is no such log, or no longer.',
  query_too_expensive: 'The search of the logs takes too long; a narrower one does not.',

  inexistent_hook: 'There is no such hook.',
  hook_conflict: 'Another hook has this name.',
  hook_not_deployed: 'The hook has no revision that could be enabled.',
  inexistent_hook_revision: 'There is no such revision in the history of the hook.',
  inexistent_hook_secret: 'The hook has no secret of this name.',
  hook_secret_conflict: 'The hook has a secret of this name.',

  hook_syntax_error: 'The script is no JavaScript; the message has the place.',
  hook_load_failed:
    'The script fails when it is loaded, so it cannot be enabled; the message has the error and the place.',
  module_undeclared:
    'The script requires a module that is neither among its dependencies nor one of the default modules.',
  dependency_invalid: 'A dependency has a name or version that no registry can have.',
  module_unavailable: 'The registry has no such module, or not in that version.',
  module_native: 'A module needs compiled code, which hooks cannot run.',
  module_unresolved: 'A file that is required is not in its module.',
  module_unreadable: 'A file of a module is nothing that can be bundled.',
  bundle_too_large: 'The modules together are larger than a revision may be.',
  registry_unreachable: 'The npm registry cannot be reached.',
  registry_failed: 'The npm registry answered what no registry answers.',
  module_refused:
    'A module, or one that it needs, is no tarball of the registry with an integrity; the message names it.',
  module_damaged: 'The tarball of a module is not what its integrity tells of, or cannot be unpacked safely.',
  modules_too_large: 'The modules of the hook are more, or larger, than a build takes.',
  build_timed_out: 'The build of the hook took too long.',
  build_out_of_memory: 'The build of the hook took too much memory.',
  build_failed: 'The build of the hook ended without a result.',
  build_queue_full: 'As many hooks are being built as may be; the header Retry-After says when to call again.',
  builder_unavailable: 'No hook can be built at the moment; the header Retry-After says when to call again.',

  inexistent_action: 'There is no such Action.',
  inexistent_action_version: 'There is no such version of the Action.',
  inexistent_execution: 'There is no such execution.',
  action_conflict: 'Another Action has this name.',
  action_bound: 'The Action is bound to a trigger.',
  action_deleted: 'The Action was deleted meanwhile.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

type WithSpaces<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First} ${WithSpaces<Rest>}`
  : Name;

/** What may be missing, in words: for each of these there is a code `inexistent_…`. */
export type Inexistent = {
  [Code in ErrorCode]: Code extends `inexistent_${infer What}` ? WithSpaces<What> : never;
}[ErrorCode];
