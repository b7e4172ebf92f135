/** A fault in who may decide an approval. */
export interface ApproversFault {
  /** Path within the approvers: empty, or a field with a dot before it. */
  readonly path: string
  /** Reason, without the path. */
  readonly message: string
}

/**
 * Checks who may decide an approval, as code may return it.
 *
 * @returns Null if its roles and users are lists of texts.
 */
export function findApproversFault(approvers: unknown): ApproversFault | null {
  if (typeof approvers !== 'object' || approvers === null || Array.isArray(approvers)) {
    return { path: '', message: 'it must be an object' }
  }
  const lists = approvers as Readonly<Record<string, unknown>>
  for (const field of ['roles', 'userIds']) {
    const list = lists[field]
    if (list !== undefined && !isListOfTexts(list)) return { path: `.${field}`, message: 'it must be a list of texts' }
  }
  return null
}

/** Checks whether a value is a list of texts. */
export function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
