/** Declarations that the editor's language service knows, by their paths: console/build.ts makes them. */
declare module 'declarations' {
  const files: Record<string, string>;
  export default files;
}

declare module '*.css';

/** Name of the worker's file: console/build.ts says it. */
declare const TYPES_WORKER: string;

/** https://www.w3.org/TR/trusted-types/ */
declare const trustedTypes:
  | {
      createPolicy: (
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ) => { createScriptURL: (url: string) => URL };
    }
  | undefined;
