/** Reads a file of the export, its markers replaced; never one outside of the export's own folder. */
export type ReadText = (path: string, named: string) => string;

/** An export as it lies in the files: kinds by their names in `auth0-deploy-cli`, scripts already read. */
export type RawExport = {
  kinds: Record<string, unknown>;
  ignored: string[];
  /** Of the folder form: kind → the file of each resource. */
  sources?: Record<string, string[]>;
};
