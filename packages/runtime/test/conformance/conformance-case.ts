import type { ResolutionRequest } from '@tenon/core/api'
import type { Json, JsonObject, WorkflowDocument } from '@tenon/core/document'

/** A workflow that must have the same log on each store, whatever fails meanwhile. */
export interface ConformanceCase {
  /** Unique; also the id of its run. */
  readonly name: string
  readonly document: WorkflowDocument
  /** @defaultValue `{}` */
  readonly input?: Json
  /** Workflow that its nodes run as `below`. */
  readonly below?: WorkflowDocument
  /** Choices of people by node; everything else is approved. Nodes with `null` get no answer. */
  readonly choices?: Readonly<Record<string, string | null>>
  /** Resolution of parked node runs. @defaultValue to skip them */
  readonly resolution?: ResolutionRequest
  /** Node at which the run is canceled once it waits there. */
  readonly cancelAt?: string
  readonly ends: {
    readonly status: 'completed' | 'failed' | 'canceled'
    readonly output?: JsonObject
    readonly code?: string
  }
  /** Node runs that complete, in the order of their names; those of triggers and ends are left out. */
  readonly completes: readonly string[]
}
