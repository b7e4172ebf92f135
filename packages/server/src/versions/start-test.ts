import type { Identity } from '@tenon/core/api'
import type { Json, RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { StartedRunRow } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { countTestRun, type TriggerRef } from '../tables/trigger-repository.ts'
import { tryDraft } from './try-draft.ts'

/** Runs that the messages to one test start at most: others may send them. */
const TEST_RUNS = 100

/** A test that a person has opened. */
export interface OpenTest {
  /** Trigger, with the number of times that its test was opened. */
  readonly target: TriggerRef & { readonly generation: number }
  /** Person who has opened it. */
  readonly identity: Identity
  /** Time until which it is open. */
  readonly until: number
}

/**
 * Starts a test run of the draft by a message or an event. It acts for no person, as the runs of the published trigger do.
 *
 * @throws {@link TenonError} `RATE_LIMITED` after the test has started its runs; as {@link tryDraft}.
 */
export async function startTest(
  server: ServerContext,
  { target, identity, until }: OpenTest,
  input: Json,
  runId: RunId,
): Promise<StartedRunRow> {
  const { tenantId, workflowId, nodeId, generation } = target
  const counted = { generation, most: TEST_RUNS }
  const isCounted = await server.database.withTenant(tenantId, (tx) => countTestRun(tx, target, counted))
  if (!isCounted) throw testIsOver(until - server.now())
  return tryDraft(server, identity, workflowId, { trigger: nodeId, input }, { runId })
}

function testIsOver(retryAfterMs: number): TenonError {
  return new TenonError('RATE_LIMITED', `The test has started its ${TEST_RUNS} runs`, {
    remedy: 'Open a new test when this one has ended.',
    details: { retryAfterMs: Math.max(0, retryAfterMs) },
  })
}
