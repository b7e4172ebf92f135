/** Names a run. */
export interface RunKey {
  /** Tenant of the run. */
  readonly tenantId: string
  /** Id of the run, unique within the tenant. */
  readonly runId: string
}
