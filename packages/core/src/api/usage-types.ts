/** Data of a tenant: how long its runs are kept, and how much it stores. */
export interface Usage {
  /** Days for which an ended run is kept; `null` if runs are kept until they are deleted. A workflow may have fewer. */
  readonly runsKeptDays: number | null
  /** Bytes of the values above 16 kB that the tenant has stored. Measured at most a minute ago. */
  readonly payloadBytes: number
  /** Limit of `payloadBytes`; `null` without one. */
  readonly payloadBytesLimit: number | null
  /** Bytes of the files that the tenant has stored, with those of uploads in progress. Measured at most a minute ago. */
  readonly fileBytes: number
  /** Bytes of the rows of data tables, and of the values under keys. Measured at most a minute ago. */
  readonly dataBytes: number
  /** Approvals, failed node runs, events and callbacks that runs wait for. */
  readonly openWaits: number
  /** Limit of `openWaits`; `null` without one. */
  readonly openWaitsLimit: number | null
}
