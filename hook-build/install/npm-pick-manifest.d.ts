declare module 'npm-pick-manifest' {
  /** npm's choice of a version. Throws an error with a `code` when there is none. */
  export default function pickManifest(packument: object, wanted: string): unknown;
}
