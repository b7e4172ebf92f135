import type { JsonObject } from '@tenon/core/document'
import type { Resume } from '@tenon/core/node'
import type { NodeResume } from '@tenon/core/run'
import type { RunSession } from './session.ts'
import type { ValueReader } from './value-loader.ts'

/**
 * Returns the result of a wait for the code of a node, with the payload of an event; those of iterations, children and
 * calls are read by themselves.
 *
 * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`; `UNAVAILABLE` if the payload is temporarily unreadable.
 */
export async function loadResume(
  { identity: { tenantId } }: RunSession,
  resume: NodeResume | null,
  values: ValueReader,
): Promise<Resume | null> {
  if (resume === null || resume.kind === 'iterations' || resume.kind === 'child' || resume.kind === 'calls') return null
  if (resume.kind !== 'event') return resume
  const { kind, eventId, payload, receivedAt } = resume
  const json = await values.load(tenantId, payload)
  // A copy, so that changes by a body do not affect the values of the run. An event is stored with an object only.
  return { kind, eventId, payload: structuredClone(json) as JsonObject, receivedAt }
}
