import type { NodeId, RunId } from '../ids.ts'
import type { TriggerKind } from '../node/trigger-params.ts'
import type { Actor } from './actor.ts'

/** Trigger at which a run has started, as it was then. */
export interface RunTrigger {
  /** Node of the version with which the run has started. */
  readonly nodeId: NodeId
  /** Name of the node. */
  readonly name: string
  /** Kind of the trigger; `start` for a start node, at which only requests start runs. */
  readonly kind: TriggerKind | 'start'
}

/**
 * Person or event that has started a run: a person or an API key of the host (`user`), a message, a time or an event of a
 * trigger (`trigger`), a request in a transaction of the host (`host`), a node of another run (`run`), or the failure of
 * another run (`failure`). A person may also start a run at a trigger, by hand.
 */
export type RunStartedBy =
  | {
      readonly kind: 'user'
      /** The person, with the name at that time. */
      readonly user: Actor
      /** Trigger at which the run has started. */
      readonly trigger: RunTrigger
    }
  | {
      readonly kind: 'trigger' | 'host'
      /** Trigger at which the run has started. */
      readonly trigger: RunTrigger
    }
  | {
      readonly kind: 'run' | 'failure'
      /** Run that has started this one, or whose failure it handles. */
      readonly runId: RunId
    }
