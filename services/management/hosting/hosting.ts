/** The client that a new tenant is administered by; its secret is told this once. */
export type ManagementClient = { client_id: string; client_secret: string };

/** What making and ending a tenant takes beside its entry in the list of tenants. */
export type Hosting = {
  /**
   * Makes the database of a tenant that is not in the list yet, with all that access to its Management API rests on.
   *
   * @throws {ApiError} 409 where a database of that name has another tenant's data.
   */
  prepare: (tenant: { name: string; issuer: string }) => Promise<ManagementClient>;
  /** Removes all that a tenant which has left the list has left behind. */
  remove: (name: string) => Promise<void>;
};
