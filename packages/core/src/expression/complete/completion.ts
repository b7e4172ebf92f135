/** Something that could be written at a place of a template. */
export interface CompletionItem {
  /** What a person types to find it. */
  readonly label: string
  /** Category of the item, for its icon. */
  readonly kind: 'root' | 'property' | 'function' | 'keyword' | 'value'
  /** The text that takes the place from `from` up to where the person is writing. */
  readonly insert: string
  /** Begins earlier than the list says, since brackets take the place of a point. */
  readonly from?: number
  /** A name for people: the title of its schema, such as the name of a node. */
  readonly title?: string
  /** Its type, or how it is called. */
  readonly detail?: string
  /** One line about it. */
  readonly help?: string
}

/** What may be written at the caret, and where the text begins that a choice replaces. */
export interface CompletionList {
  /** Where the word begins that is being written, as an offset in the template. */
  readonly from: number
  /** Items in the order in which they are offered. */
  readonly items: readonly CompletionItem[]
}
