/** One completion at an offset of a template. */
export interface CompletionItem {
  /** Text that a person types to find the item. */
  readonly label: string
  /** Category of the item, for its icon. */
  readonly kind: 'root' | 'property' | 'function' | 'keyword' | 'value'
  /** Text that replaces the range from `from` to the caret. */
  readonly insert: string
  /** Start of the replaced range if it differs from that of the list: brackets also replace the point. */
  readonly from?: number
  /** Display name: the title of its schema, such as the name of a node. */
  readonly title?: string
  /** Type, or signature of a function. */
  readonly detail?: string
  /** One sentence of help. */
  readonly help?: string
}

/** Completions at the caret, and the start of the text that a choice replaces. */
export interface CompletionList {
  /** Start of the current word, as an offset in the template. */
  readonly from: number
  /** Items in the order in which they are offered. */
  readonly items: readonly CompletionItem[]
}
