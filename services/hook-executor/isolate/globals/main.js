import { defineAbort } from './abort.js';
import { defineBlob } from './blob.js';
import { defineCompressionStreams } from './compression-streams.js';
import { callHost, connect, dropCalls, openCalls, settleCall } from './connection.js';
import { defineConsole } from './console.js';
import { defineCrypto } from './crypto.js';
import { defineGlobal } from './define.js';
import { defineDomException } from './dom-exception.js';
import { defineEncoding } from './encoding.js';
import { defineEvents } from './events.js';
import { defineFetch } from './fetch.js';
import { defineFormData } from './form-data.js';
import { defineHeaders } from './headers.js';
import { takeUntoldTimers } from './host-timers.js';
import { lastCalls } from './last-calls.js';
import { defineNodeWork } from './node-work.js';
import { defineObjectUrls } from './object-urls.js';
import { definePerformance } from './performance.js';
import { defineProcess } from './process.js';
import { defineRequest } from './request.js';
import { defineResponse } from './response.js';
import { definePromiseShown } from './shown.js';
import { defineStreams } from './streams.js';
import { defineStructuredClone } from './structured-clone.js';
import { defineCryptoKey } from './subtle.js';
import { defineTextStreams } from './text-streams.js';
import { defineTimers, dropTimers, fireTimer, addOpenTimers } from './timers.js';
import { defineUrl } from './url.js';
import { defineUrlSearchParams } from './url-search-params.js';

// Runs inside the isolate before the hook, in its realm: gives it the globals of Node that hooks use.

/**
 * @param host The host's functions, as sandbox/host-calls/host-functions.ts makes them.
 * @param currentRun Gives the id of the run that is being executed.
 * @param write Takes a line of console output: `write(level, text)`.
 * @param uncaught Takes what a timer, a microtask or an event's listener threw; without it, it goes to the console.
 */
export default function install(host, currentRun, write, uncaught) {
  connect(host, currentRun, write, uncaught);
  defineGlobal('global', globalThis);
  defineDomException();
  defineEvents();
  defineTimers();
  defineAbort();
  defineEncoding();
  defineUrlSearchParams();
  defineUrl();
  defineStructuredClone();
  defineStreams();
  defineTextStreams();
  defineCompressionStreams();
  defineBlob();
  defineObjectUrls();
  defineFormData();
  defineHeaders();
  defineRequest();
  defineResponse();
  defineFetch();
  defineCryptoKey();
  defineCrypto();
  defineNodeWork();
  definePerformance();
  defineProcess();
  defineConsole();
  definePromiseShown();
  const endRun = (run) => {
    dropTimers(run);
    dropCalls(run);
  };
  const lastCallsOf = (run, answered) => {
    const open = openCalls(run);
    addOpenTimers(run, open);
    return lastCalls(open, answered);
  };
  return { callHost, fireTimer, takeUntoldTimers, settleCall, lastCallsOf, endRun };
}
