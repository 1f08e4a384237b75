import { isAborted, isSignal } from './abort.js';
import { isBlob } from './blob.js';
import { isDomException } from './dom-exception.js';
import { isHeaders, shownHeaders } from './headers.js';
import { describeAs, inspect } from './inspect.js';
import { defineProperty } from './intrinsics.js';
import { isResponse } from './response.js';
import { isUrl, urlPart } from './url.js';
import { isSearchParams, searchPairs } from './url-search-params.js';

const URL_PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
];

function record(pairs) {
  const target = {};
  for (let i = 0; i < pairs.length; i++) {
    defineProperty(target, pairs[i][0], { value: pairs[i][1], enumerable: true, configurable: true, writable: true });
  }
  return target;
}

/** What console shows of objects whose state is private. */
export function defineShown() {
  describeAs(isUrl, (url) => {
    const target = {};
    for (const name of URL_PARTS) target[name] = urlPart(url, name);
    target.searchParams = url.searchParams;
    target.hash = urlPart(url, 'hash');
    return { target };
  });
  describeAs(isSearchParams, (params) => ({
    target: {},
    entries: () => searchPairs(params).map(([name, value]) => `${inspect(name)} => ${inspect(value)}`),
  }));
  describeAs(isHeaders, (headers) => ({ target: record(shownHeaders(headers)) }));
  describeAs(isResponse, (response) => {
    const { status, statusText, headers, body, bodyUsed, ok, redirected, type, url } = response;
    return { target: { status, statusText, headers, body, bodyUsed, ok, redirected, type, url } };
  });
  describeAs(isBlob, ({ size, type }) => ({ target: { size, type } }));
  describeAs(isSignal, (signal) => ({ target: { aborted: isAborted(signal) } }));
  describeAs(isDomException, (error) => ({ base: typeof error.stack === 'string' ? error.stack : `${error}` }));
}
