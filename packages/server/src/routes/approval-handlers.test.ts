import type { Approval, Identity, Ledger, Page } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** A run that waits for a decision, and the people of its tenant. */
async function waitingRun(params: JsonObject = {}) {
  const editor = testIdentity()
  const { tenantId } = editor
  const people = {
    editor,
    admin: testIdentity({ tenantId, role: 'admin' }),
    viewer: testIdentity({ tenantId, role: 'viewer', userId: 'vera' }),
    other: testIdentity({ tenantId, role: 'viewer' }),
  }
  const id = await publish(server, editor, asking(params))
  const run = await runToEnd(server, editor, id, {}, (candidate) => candidate.status === 'waiting')
  const list = await server.json<Page<Approval>>(200, '/approvals?status=open', { as: editor })
  const approval = list.items[0] as Approval
  const decide = (as: Identity, choice: string, status = 200) =>
    server.json<Approval & Pick<Problem, 'code' | 'issues'>>(status, `/approvals/${approval.approvalId}/decision`, {
      as,
      method: 'POST',
      body: { choice, comment: 'because' },
    })
  return { ...people, run, approval, decide }
}

describe('GET /approvals', () => {
  test('returns what is asked, and whether the caller may decide', async () => {
    const { editor, viewer, admin, run, approval } = await waitingRun({ userIds: ['vera'] })
    expect(approval).toMatchObject({
      runId: run.runId,
      nodeId: 'review',
      workflowName: 'Sample',
      title: 'Refund?',
      choices: ['approve', 'reject'],
      required: 1,
      votes: [],
      status: 'open',
    })
    const canDecide = async (as: Identity) =>
      (await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as })).items[0]?.canDecide
    expect([await canDecide(editor), await canDecide(viewer), await canDecide(admin)]).toEqual([false, true, true])
  })

  test('shows the details that the author chose and no other data of the run', async () => {
    const editor = testIdentity()
    const approver = testIdentity({ tenantId: editor.tenantId, role: 'viewer', userId: 'vera' })
    const document = asking({ userIds: ['vera'], evidence: { order: '{{input.order}}' } })
    const id = await publish(server, editor, document)
    const input = { order: 'O-1', card: 'visa-4111', note: 'private note' }
    const run = await runToEnd(server, editor, id, input, (candidate) => candidate.status === 'waiting')
    const list = await server.call(`/approvals?runId=${run.runId}`, { as: approver }).then((answer) => answer.text())
    const [approval] = (JSON.parse(list) as Page<Approval>).items
    expect(approval?.evidence).toEqual({ order: 'O-1' })
    const decided = await server.call(`/approvals/${approval?.approvalId}/decision`, {
      as: approver,
      method: 'POST',
      body: { choice: 'approve' },
    })
    expect(decided.status).toBe(200)
    for (const text of [list, await decided.text()]) expect(text).not.toMatch(/visa-4111|private note/)
  })

  test('lists open and closed ones apart', async () => {
    const { editor, decide, approval, run } = await waitingRun()
    await decide(editor, 'approve')
    const ids = async (status: string) =>
      (await server.json<Page<Approval>>(200, `/approvals?status=${status}`, { as: editor })).items.map(
        (item) => item.approvalId,
      )
    // Closed for readers with its deciding vote, and in the database once the run has applied it.
    expect(await ids('open')).toEqual([])
    await untilRun(server, editor, run.runId)
    expect([await ids('open'), await ids('closed')]).toEqual([[], [approval.approvalId]])
  })
})

describe('POST /approvals/{approvalId}/decision', () => {
  test.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ])('%s leads the run to %s', async (choice, outcome) => {
    const { editor, run, decide } = await waitingRun()
    const decided = await decide(editor, choice)
    expect(decided.votes).toMatchObject([
      { choice, comment: 'because', actor: { userId: editor.userId, role: 'editor' } },
    ])
    expect(await untilRun(server, editor, run.runId)).toMatchObject({ status: 'completed', outcome })
  })

  test('a viewer may decide only where named', async () => {
    const { viewer, other, decide } = await waitingRun({ userIds: ['vera'] })
    const refused = await decide(other, 'approve', 403)
    expect(refused.code).toBe('FORBIDDEN')
    await decide(viewer, 'approve')
  })

  test('an editor who is not named may not, an admin overrides', async () => {
    const { editor, admin, decide } = await waitingRun({ userIds: ['vera'] })
    await decide(editor, 'approve', 403)
    const decided = await decide(admin, 'approve')
    expect(decided.votes[0]).toMatchObject({ override: true })
  })

  test('the second decision is refused, since it comes too late', async () => {
    const { editor, admin, decide } = await waitingRun()
    await decide(editor, 'approve')
    expect((await decide(admin, 'reject', 409)).code).toBe('APPROVAL_CLOSED')
  })

  test('a choice that is not offered names those that are', async () => {
    const { editor, decide } = await waitingRun()
    const problem = await decide(editor, 'maybe', 422)
    expect(problem.issues).toMatchObject([{ path: ['choice'], message: expect.stringContaining('approve') }])
  })

  test('asks for as many votes as are required', async () => {
    const { editor, admin, run, decide } = await waitingRun({ required: 2 })
    expect((await decide(editor, 'approve')).status).toBe('open')
    await decide(admin, 'approve')
    expect(await untilRun(server, editor, run.runId)).toMatchObject({ outcome: 'approved' })
  })
})

describe('the answer to a vote', () => {
  test('says what has been decided, though the run continues later', async () => {
    const { editor, admin, decide, approval, run } = await waitingRun({ required: 2 })
    expect(approval).toMatchObject({ status: 'open', decision: null, canDecide: true })
    expect(await decide(editor, 'approve')).toMatchObject({ status: 'open', decision: null, canDecide: true })
    const decided = { status: 'resolved', decision: 'approve', canDecide: false }
    expect(await decide(admin, 'approve')).toMatchObject(decided)
    await untilRun(server, editor, run.runId)
    const { items } = await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as: editor })
    expect(items).toMatchObject([decided])
  })

  test('a canceled approval cannot be decided, and has no decision', async () => {
    const { admin, editor, decide, run } = await waitingRun({ required: 2 })
    await decide(editor, 'approve')
    await server.json(200, `/runs/${run.runId}/cancel`, { as: editor, method: 'POST' })
    await untilRun(server, editor, run.runId)
    const { items } = await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as: admin })
    expect(items).toMatchObject([{ status: 'canceled', decision: null, canDecide: false }])
  })
})

describe('an approval of a call', () => {
  test('shows its params with their schema, takes others, and refuses those that its type does not allow', async () => {
    const editor = testIdentity()
    const stranger = testIdentity()
    const document = workflow(
      [node('start', 'start'), node('agent', 'caller'), node('end', 'end')],
      ['start>agent', 'agent>end'],
    )
    const id = await publish(server, editor, document)
    const run = await runToEnd(server, editor, id, {}, (candidate) => candidate.status === 'waiting')
    const [approval] = (await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as: editor })).items
    expect(approval).toMatchObject({
      ...{ title: 'May I?', nodeId: 'agent', choices: ['approve', 'reject'], canDecide: true },
      call: {
        ...{ nodeRunId: 'agent.1-c1', nodeType: 'work', typeVersion: 1, params: { value: 'given' }, isEditable: true },
        schema: { properties: { fail: { type: 'string' } } },
      },
    })
    const decide = (as: Identity, status: number, body: JsonObject) =>
      server.json<Approval & Pick<Problem, 'code' | 'issues'>>(status, `/approvals/${approval?.approvalId}/decision`, {
        ...{ as, method: 'POST', body },
      })
    expect(await decide(stranger, 404, { choice: 'approve', params: {} })).toMatchObject({ code: 'APPROVAL_NOT_FOUND' })
    const invalid = await decide(editor, 422, { choice: 'approve', params: { fail: 7 } })
    expect(invalid).toMatchObject({ code: 'NODE_PARAMS_INVALID', issues: [{ path: ['fail'] }] })
    expect(await decide(editor, 422, { choice: 'reject', params: {} })).toMatchObject({ code: 'REQUEST_INVALID' })
    const decided = await decide(editor, 200, { choice: 'approve', params: { value: 'other' } })
    expect(decided).toMatchObject({ decision: 'approve', votes: [{ params: { value: 'other' } }] })
    const ended = await untilRun(server, editor, run.runId, ({ status }) => status === 'completed')
    const ledger = await server.json<Ledger>(200, `/runs/${ended.runId}/ledger`, { as: editor })
    expect(ledger.nodeRuns).toContainEqual(
      expect.objectContaining({
        ...{ nodeRunId: 'agent.1-c1', nodeId: 'agent', calledBy: 'agent', name: 'Do the work', type: 'work' },
        ...{ input: expect.objectContaining({ value: 'other' }), output: { worked: 'other' } },
      }),
    )
  })
})
