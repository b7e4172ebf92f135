import type { RunFailure } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import type { StartedNode } from '../commit/commit-types.ts'
import { createPlanIndex } from '../interpreter/plan-index.ts'
import { planOf } from '../interpreter/testing/plan-of.ts'
import { judgeRetry } from './judge-retry.ts'

const FAILURE: RunFailure = { code: 'HTTP_STATUS', message: 'It broke', details: { status: 503 } }

/** Judges a failed attempt whose condition reads no value of the run. */
function judge(retryIf: string | undefined, { failure = FAILURE, openPass = 1 as number | null, isKnown = true } = {}) {
  const plan = planOf(['start', 'a:probe'], ['start>a'])
  const session = {
    machine: {
      openNodeRun: () => (openPass === null ? null : { pass: openPass }),
      outputs: {
        inputView: () => ({ owners: () => [], ownerOf: () => null, outputOf: () => null, error: () => null }),
      },
    },
    index: createPlanIndex(plan),
    identity: { tenantId: 't', runId: 'r', workflowId: 'w', version: '1' },
    beginning: null,
    plan,
  }
  const committer = {
    values: {},
    withSession: async (_run: unknown, read: (of: unknown) => unknown) => (isKnown ? read(session) : null),
  }
  const limit = retryIf === undefined ? {} : { retryIf }
  const started = { nodeRunId: 'a', pass: 1, attempt: 2, scheduledAt: 0, node: { id: 'a', ...limit } }
  return judgeRetry(
    started as unknown as StartedNode,
    failure,
    committer as unknown as Parameters<typeof judgeRetry>[2],
  )
}

describe('judgeRetry', () => {
  test('reads the failure as it is stored, and the number of the attempt', async () => {
    const isSame = '{{ error.code == "HTTP_STATUS" && error.details.status == 503 && error.attempt == 2 }}'
    expect(await judge(isSame)).toEqual({ retry: true })
    expect(await judge('{{ error.attempt > 2 }}')).toEqual({ retry: false, error: FAILURE })
    const { details: _, ...plain } = FAILURE
    expect(await judge('{{ error.details == null }}', { failure: plain })).toEqual({ retry: true })
  })

  test('takes nothing but true for a yes', async () => {
    for (const text of ['true', '{{ "true" }}', '{{ 1 }}']) expect(await judge(text)).toMatchObject({ retry: false })
  })

  test('lets an attempt be tried again without a condition, and where the verdict has no effect', async () => {
    expect(await judge(undefined)).toEqual({ retry: true })
    for (const openPass of [null, 2]) expect(await judge('{{ false }}', { openPass })).toEqual({ retry: true })
    expect(await judge('{{ false }}', { isKnown: false })).toEqual({ retry: true })
  })

  test('fails with the fault of the condition, and keeps the failure of the attempt as far as the log has room', async () => {
    const fault = { code: 'RETRY_CONDITION_FAILED', nodeId: 'a' }
    expect(await judge('{{ error.details.other }}')).toMatchObject({
      retry: false,
      error: { ...fault, details: { policy: 'retryIf', cause: { code: 'EXPRESSION_PATH_MISSING' }, error: FAILURE } },
    })
    const large = { ...FAILURE, details: { text: 'x'.repeat(16_300) } }
    const { code, message } = FAILURE
    const verdict = await judge('{{ error.details.other }}', { failure: large })
    expect(verdict).toMatchObject({ error: { ...fault, details: { error: { code, message } } } })
    expect(JSON.stringify(verdict)).not.toContain('xxx')
  })
})
