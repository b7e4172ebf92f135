/** One completion of a field. */
export interface CompletionItem {
  /** Displayed text: the name of a node, a field, a function. */
  readonly label: string
  /** Inserted text. */
  readonly insert: string
  /** Type of the value, or the arguments of a function. */
  readonly detail: string
  /** One sentence below the name; empty for none. */
  readonly info: string
  /** Heading above the items of its kind. */
  readonly group: string
  /** Number of characters before `from` that it also replaces. */
  readonly eats?: number
  readonly kind: 'node' | 'field' | 'function' | 'variable' | 'keyword'
}

export interface CompletionAnswer {
  /** Start of the text that an item replaces. */
  readonly from: number
  readonly items: readonly CompletionItem[]
}

/** A fault in the text of a field. */
export interface FieldDiagnostic {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** Selection in a field that has the focus, as offsets in UTF-16 units. The caret is at `to`. */
export interface FieldSelection {
  readonly from: number
  readonly to: number
}
