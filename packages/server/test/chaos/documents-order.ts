/** Argument of a process that reads documents, as JSON. */
export interface DocumentsOrder {
  readonly databaseUrl: string
  readonly modelUrl: string
  readonly textractPort: number
}
