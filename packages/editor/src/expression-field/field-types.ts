/** One thing that completion offers. */
export interface CompletionItem {
  /** What is shown: the name of a node, a field, a function. */
  readonly label: string
  /** What is written. */
  readonly insert: string
  /** Type of the value, or the arguments of a function. */
  readonly detail: string
  /** One sentence beside the list. */
  readonly info: string
  /** Characters before `from` that it takes the place of, too. */
  readonly eats?: number
  readonly kind: 'node' | 'field' | 'function' | 'variable' | 'keyword'
}

export interface CompletionAnswer {
  /** Where the text begins that an item takes the place of. */
  readonly from: number
  readonly items: readonly CompletionItem[]
}

/** A fault within the text of a field. */
export interface FieldDiagnostic {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}
