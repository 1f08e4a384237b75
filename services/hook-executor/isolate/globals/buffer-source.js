import {
  bufferBytes,
  Bytes,
  dataViewBuffer,
  dataViewBytes,
  dataViewOffset,
  isView,
  sharedBufferBytes,
  typedArrayTag,
  viewBuffer,
  viewBytes,
  viewOffset,
} from './intrinsics.js';

const succeeds = (probe, value) => {
  try {
    probe(value);
    return true;
  } catch {
    return false;
  }
};
export const isArrayBuffer = (value) => succeeds(bufferBytes, value);
export const isSharedArrayBuffer = (value) => succeeds(sharedBufferBytes, value);
export const isBufferSource = (value) =>
  typeof value === 'object' && value !== null && (isView(value) || isArrayBuffer(value) || isSharedArrayBuffer(value));

/** The bytes of a buffer or of a view on one, not copied. */
export function bytesOf(source) {
  if (!isView(source)) return new Bytes(source);
  return typedArrayTag(source) === undefined
    ? new Bytes(dataViewBuffer(source), dataViewOffset(source), dataViewBytes(source))
    : new Bytes(viewBuffer(source), viewOffset(source), viewBytes(source));
}

/** A copy of them. */
export const copyBytes = (source) => new Bytes(bytesOf(source));

export function concatBytes(chunks) {
  let length = 0;
  for (let i = 0; i < chunks.length; i++) length += chunks[i].length;
  const bytes = new Bytes(length);
  let offset = 0;
  for (let i = 0; i < chunks.length; i++) {
    bytes.set(chunks[i], offset);
    offset += chunks[i].length;
  }
  return bytes;
}
