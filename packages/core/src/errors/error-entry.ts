/** Entry of one error code: HTTP status, default retryability and remedy. */
export interface ErrorEntry {
  /** HTTP status of a response with the code. */
  readonly status: number
  /** `true` if the same call may succeed later, unless the error itself says otherwise. */
  readonly retryable: boolean
  /** One sentence in the imperative: how to resolve the error. */
  readonly remedy: string
}
