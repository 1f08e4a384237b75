/**
 * Every `errorCode` that an answer may have, and when. A code is a contract: it never changes its meaning. The OpenAPI document
 * lists them from here.
 */
export const ERROR_CODES = {
  invalid_request: 'The request is not valid HTTP, or cannot be routed.',
  invalid_uri: 'A parameter in the path is invalid.',
  invalid_query_string: 'A parameter in the query is invalid or unknown; the message names it.',
  invalid_body: 'The body is invalid, or has an unknown member; the message names it.',
  payload_too_large: 'The body is too large.',
  unsupported_media_type: 'The Content-Type, charset or Content-Encoding of the request is not supported.',
  method_not_allowed: 'The path exists, but for other methods; the header Allow names them.',
  not_found: 'There is nothing at this path.',

  invalid_token: 'The access token is missing, expired, of another issuer or for another audience.',
  insufficient_scope: 'The access token lacks the scope of the operation; the message names it.',
  too_many_requests: 'The client called too often; the header Retry-After says when to call again.',
  too_many_streams: 'Too many streams are open.',

  console_signed_out: 'Nobody is signed in to the console.',
  console_signed_in: 'Somebody is signed in to the console in this browser, so that no link was followed.',
  console_link_used: 'The link to the console was followed before; each signs in once.',
  console_link_unknown: 'The link to the console has expired, or is none.',
  console_foreign_request: 'The request is not of the page of the console.',
  console_needs_tls: 'The console signs in over HTTPS only, or on the machine that it runs on.',
  console_wrong_host: 'The console is not at this host.',
  inexistent_console_session: 'There is no such session of the console.',

  internal_error: 'An error of hookmint; its log says more.',
  store_unavailable: 'The database cannot be used at the moment.',
  service_unavailable: 'A required service does not answer at the moment.',
  write_outcome_unknown:
    'The change may be in effect, or a part of it: the servers did not say so in time. Read it, or make it again.',
  keys_unavailable: 'The keys that verify access tokens are not known yet.',
  too_many_writers: 'Too many requests change the same thing at once; call again.',

  operation_not_supported: 'The operation is not possible for this resource.',
  limit_exceeded: 'The maximum number of these resources exists already.',

  inexistent_resource_server: 'There is no such API.',
  resource_server_conflict: 'Another API has this identifier.',

  inexistent_client: 'There is no such client.',
  client_conflict: 'Another client has this client_id.',
  inexistent_client_credential: 'The client has no such credential.',
  credential_conflict: 'The client has a credential with this kid.',
  credential_in_use: 'The client authenticates with this credential.',
  last_administrator: 'The change would leave no administrator, or let another client take over the last one.',
  inexistent_client_assertion_issuer: 'There is no such trusted issuer.',
  client_assertion_issuer_conflict: 'The issuer is trusted already.',
  inexistent_client_grant: 'There is no such client grant.',
  client_grant_conflict: 'The client has a grant for this API.',

  inexistent_signing_key: 'There is no such signing key, or it was revoked long ago.',
  signing_key_unpublished:
    'The next signing key was published too recently; the header Retry-After says when to call again.',
  signing_key_in_use: 'The signing key is the current or the next one; only one that was replaced can be revoked.',

  inexistent_tenant: 'There is no such tenant.',
  tenant_conflict: 'Another tenant has this name, or the place of this issuer.',
  tenant_active: 'The tenant is active; suspend it first.',
  tenant_suspended: 'The tenant is suspended.',

  inexistent_log: 'There is no such log, or it was removed.',
  query_too_expensive: 'The search of the logs takes too long; narrow it.',

  inexistent_hook: 'There is no such hook.',
  hook_conflict: 'Another hook has this name.',
  hook_not_deployed: 'The hook or Action has no deployed revision.',
  inexistent_hook_revision: 'There is no such revision in the history of the hook.',
  hook_not_enabled: 'The hook is not enabled, so that no part of the clients can have another revision.',
  hook_revision_deployed: 'The revision is deployed to all clients already.',
  inexistent_gradual_deployment: 'No gradual deployment of the hook is on, or, to be read, there never was one.',
  gradual_deployment_changed: 'Another gradual deployment is on than the one that is meant.',
  inexistent_hook_recording: 'There is no such recording, it has gone by its age or size, or nobody can read it.',
  inexistent_hook_shadow: 'No revision runs beside the deployed one of the hook.',
  inexistent_hook_secret: 'The hook has no secret of this name.',
  hook_secret_conflict: 'The hook has a secret of this name.',

  invalid_if_match: 'The header If-Match is no revision in double quotes.',
  revision_changed: 'Somebody else changed the revision that the request began from.',

  hook_exports_nothing: 'The script exports nothing that a trigger calls; the message has the name that was meant.',
  webhook_invalid: "The script is not the webhook's configuration that its contract takes; the message has the member.",
  hook_syntax_error: 'The script has a syntax error; the message has the place.',
  hook_load_failed:
    'The script fails when it is loaded, so it cannot be enabled; the message has the error and the place.',
  hook_checks_failed:
    'Checks of the revision failed, so it is not deployed; the message has what differs. force deploys it all the same.',
  module_undeclared:
    'The script requires a module that is neither among its dependencies nor one of the default modules.',
  dependency_invalid: 'A dependency has an invalid name or version.',
  module_unavailable: 'The registry has no such module, or not in that version.',
  module_native: 'A module needs compiled code, which hooks cannot run.',
  module_unresolved: 'A file that is required is not in its module.',
  module_unreadable: 'A file of a module cannot be bundled.',
  bundle_too_large: 'The modules together are larger than a revision may be.',
  registry_unreachable: 'The npm registry cannot be reached.',
  registry_failed: 'The npm registry gave an invalid answer.',
  module_refused:
    'A module or a dependency of it is not a tarball of the registry with an integrity; the message names it.',
  module_damaged: 'The tarball of a module does not match its integrity, or cannot be unpacked safely.',
  modules_too_large: 'The modules of the hook are too many or too large for a build.',
  build_timed_out: 'The build of the hook took too long.',
  build_out_of_memory: 'The build of the hook took too much memory.',
  build_failed: 'The build of the hook ended without a result.',
  build_queue_full: 'Too many hooks are being built; the header Retry-After says when to call again.',
  builder_unavailable: 'No hook can be built at the moment; the header Retry-After says when to call again.',

  inexistent_action: 'There is no such Action.',
  inexistent_action_version: 'There is no such version of the Action.',
  inexistent_execution: 'There is no such execution.',
  action_conflict: 'Another Action has this name.',
  action_bound: 'The Action is bound to a trigger.',
  action_deleted: 'The Action was deleted in the meantime.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

type WithSpaces<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First} ${WithSpaces<Rest>}`
  : Name;

/** What may be missing, in words: for each of these there is a code `inexistent_…`. */
export type Inexistent = {
  [Code in ErrorCode]: Code extends `inexistent_${infer What}` ? WithSpaces<What> : never;
}[ErrorCode];
