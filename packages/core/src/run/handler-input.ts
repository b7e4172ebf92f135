import type { NodeId, NodeRunId, RunId, WorkflowId } from '../ids.ts'
import type { Json, JsonSchema } from '../json.ts'
import type { RunFailure } from './values.ts'

/** Way in which a run has ended, for the workflow that handles it. */
export type HandledEnd = 'failed' | 'timed_out' | 'canceled'

/**
 * Input of a run that handles the failure of another one.
 *
 * @see docs/guides/error-handlers.md
 */
export interface HandlerInput {
  /** Workflow of the run that failed. */
  readonly workflow: {
    /** Id of the workflow. */
    readonly id: WorkflowId
    /** Version that the run executed at its end. */
    readonly version: string
  }
  /** Run that failed. */
  readonly run: {
    /** Id of the run, unique within the tenant. */
    readonly id: RunId
    /** Way in which it has ended. */
    readonly status: HandledEnd
    /** Time at which it began, ISO 8601 in UTC. */
    readonly startedAt: string
    /** Time at which it ended, ISO 8601 in UTC. */
    readonly finishedAt: string
    /** Run that has started it, unique within the tenant; `null` if a request did. */
    readonly parentId: RunId | null
  }
  /** Failure that ended it; for a canceled run the reason of the cancelation. */
  readonly error: Pick<RunFailure, 'code' | 'message'> & {
    /** Sentence that says what to do; `null` without one. */
    readonly remedy: string | null
  }
  /** Node whose failure ended the run; `null` if no single node did. */
  readonly node: {
    /** Id of the node. */
    readonly id: NodeId
    /** Name of the node in that version. */
    readonly name: string
    /** Type of the node. */
    readonly type: string
    /** Its node run, which differs from `id` inside a loop. */
    readonly nodeRunId: NodeRunId
  } | null
  /** Input of the run. */
  readonly input: {
    /** The input; `null` if it is larger than 16 kB: read it by the id of the run then. */
    readonly value: Json
    /** Its size as JSON text, in bytes of UTF-8. */
    readonly size: number
  }
}

const text: JsonSchema = { type: 'string' }
const textOrNull: JsonSchema = { type: ['string', 'null'] }

function required(properties: Readonly<Record<string, JsonSchema>>, type: Json = 'object'): JsonSchema {
  return { type, properties: { ...properties }, required: Object.keys(properties) }
}

/** JSON Schema of {@link HandlerInput}, for the trigger of a workflow that handles failures. */
export const HANDLER_INPUT_SCHEMA: JsonSchema = required({
  workflow: required({ id: text, version: text }),
  run: required({
    id: text,
    status: { type: 'string', enum: ['failed', 'timed_out', 'canceled'] satisfies HandledEnd[] },
    startedAt: text,
    finishedAt: text,
    parentId: textOrNull,
  }),
  error: required({ code: text, message: text, remedy: textOrNull }),
  node: required({ id: text, name: text, type: text, nodeRunId: text }, ['object', 'null']),
  input: required({ value: {}, size: { type: 'integer' } }),
})

const UNKNOWN = '{{ unknown }}'

/**
 * Input of a handler with a template for each value that differs from run to run, by which an input schema is checked
 * before any run fails.
 */
export const HANDLER_INPUT_SAMPLE: Json = {
  workflow: { id: UNKNOWN, version: UNKNOWN },
  run: { id: UNKNOWN, status: UNKNOWN, startedAt: UNKNOWN, finishedAt: UNKNOWN, parentId: UNKNOWN },
  error: { code: UNKNOWN, message: UNKNOWN, remedy: UNKNOWN },
  node: UNKNOWN,
  input: { value: UNKNOWN, size: UNKNOWN },
}
