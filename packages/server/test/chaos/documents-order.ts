/** Argument of a process that reads documents, as JSON. */
export interface DocumentsOrder {
  readonly databaseUrl: string
  readonly modelUrl: string
  readonly textractPort: number
  /** `null` for the embedded engine. */
  readonly temporal: {
    readonly address: string
    readonly taskQueue: string
    /** File with the bundled shell. */
    readonly bundle: string
  } | null
}
