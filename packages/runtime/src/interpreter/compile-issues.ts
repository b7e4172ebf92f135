import { TenonError } from '@tenon/core/errors'

/** One reason why a document cannot run, in the form of a problem's `issues`. */
export interface CompileIssue {
  /** Path to the fault from the root of the document. */
  readonly path: readonly (string | number)[]
  /** Code of the kind of fault. */
  readonly code: string
  /** Sentence that describes the fault. */
  readonly message: string
}

/** Collects issues, so that one error reports all of them. */
export interface IssueList {
  add(path: CompileIssue['path'], code: string, message: string): void
  /** @throws {@link TenonError} `WORKFLOW_INVALID` (details: `issues`) if anything was added. */
  throwIfAny(): void
}

export function createIssueList(): IssueList {
  const issues: CompileIssue[] = []
  return {
    add(path, code, message) {
      issues.push({ path, code, message })
    },
    throwIfAny() {
      const [first] = issues
      if (first === undefined) return
      throw new TenonError('WORKFLOW_INVALID', `The workflow cannot run: ${first.message}`, { details: { issues } })
    },
  }
}
