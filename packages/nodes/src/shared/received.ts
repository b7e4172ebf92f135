import { durationToMs, type JsonObject, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema, type Resume } from '@tenon/core/node'

/** Params of a node that waits for an event or a callback. */
interface WaitParams {
  readonly schema: Readonly<Record<string, unknown>>
  readonly timeout?: string | undefined
}

/** Returns the schema and the due time of a wait. */
export function waitLimits({ schema, timeout }: WaitParams, now: number) {
  return {
    // Literal, so it contains JSON only.
    schema: schema as JsonSchema,
    dueAt: timeout === undefined ? null : now + durationToMs(timeout),
  }
}

/**
 * Converts the result of a wait to the outcome of its node.
 *
 * @throws {@link TenonError} `EVENT_PAYLOAD_INVALID` (details: `issues`): one that came before the wait began was not
 * checked when it was sent.
 */
export function receivedOutcome(
  resume: Resume,
  { schema }: WaitParams,
  now: number,
):
  | { readonly port: 'success'; readonly output: JsonObject }
  | { readonly port: 'timeout'; readonly output: { readonly waited_until: string } } {
  if (resume.kind !== 'event') {
    const firedAt = resume.kind === 'approval' ? now : resume.firedAt
    return { port: 'timeout', output: { waited_until: new Date(firedAt).toISOString() } }
  }
  const issues = checkJsonSchema(schema as JsonSchema, resume.payload)
  if (issues.length > 0) {
    throw new TenonError('EVENT_PAYLOAD_INVALID', 'The payload does not fit the schema of the node', {
      details: { issues },
    })
  }
  return { port: 'success', output: resume.payload }
}
