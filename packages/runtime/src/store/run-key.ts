/** Names a run. */
export interface RunKey {
  readonly tenantId: string
  readonly runId: string
}
