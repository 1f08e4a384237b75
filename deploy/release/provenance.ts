/** Files by their SHA-256. */
export type Digests = Readonly<Record<string, string>>;

export type Origin = {
  version: string;
  commit: string;
  /** Of both lockfiles. */
  lockfiles: Digests;
  /** Node as it is pinned, by package. */
  node: Readonly<Record<string, string>>;
  /** What ran to make it. */
  tools: Readonly<Record<string, string>>;
};

/** How files came about: an in-toto statement with SLSA provenance v1 (slsa.dev/spec/v1.0/provenance). It is not signed. */
export function provenanceOf(files: Digests, { version, commit, lockfiles, node, tools }: Origin): object {
  const descriptors = (digests: Digests) =>
    Object.entries(digests).map(([name, sha256]) => ({ name, digest: { sha256 } }));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: descriptors(files),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:hookmint:npm-run-release:v1',
        externalParameters: { version, commit },
        internalParameters: { node },
        resolvedDependencies: [
          { uri: `pkg:generic/hookmint@${version}`, digest: { gitCommit: commit } },
          ...descriptors(lockfiles),
        ],
      },
      runDetails: { builder: { id: 'urn:hookmint:npm-run-release', version: tools } },
    },
  };
}
