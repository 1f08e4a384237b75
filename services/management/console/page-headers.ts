import { randomBytes } from 'node:crypto';
import type { Response } from 'express';

const NONCE_BYTES = 16;

/** Browser features that a page may be denied, of which this one needs none but the clipboard. */
const FEATURES = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
];

/**
 * Lets the page have what is its own: scripts and styles of this origin, styles with a nonce, which the editor makes, and one maker of
 * script URLs, for its worker. The rest of the headers are the API's.
 *
 * @returns The nonce.
 */
export function setPageHeaders(response: Response): string {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types hookmint-console',
  ];
  response.set({
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': FEATURES.map((feature) => `${feature}=()`).join(', '),
    'Cache-Control': 'no-store',
  });
  return nonce;
}
