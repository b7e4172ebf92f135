import { type CreateWorkflow, createTenonClient, type Draft, type Workflow } from '@tenon/core/client'
import { EMPTY_DOCUMENT, MISSING_SECRET, type WorkflowDocument } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { duplicateWorkflow } from './duplicate-workflow.ts'

const MARKER = { $secret: 'sec_aaaaaaaaaaaaaaaaaaaaaa', setAt: '2026-11-20T10:00:00.000Z', setBy: 'Ana Okafor' }
const ORIGINAL: Workflow = {
  id: 'wf',
  name: 'Tickets',
  description: 'Sorts tickets',
  version: '4',
  liveVersion: '4',
  hasUnpublishedChanges: false,
  createdAt: '2026-11-20T10:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
  deletedAt: null,
  pause: null,
  nextRunAt: null,
  pausedTriggers: 0,
  lastRun: null,
}

async function duplicate(document: WorkflowDocument, original: Workflow = ORIGINAL): Promise<CreateWorkflow> {
  const client = createTenonClient({ baseUrl: 'http://desk.invalid' })
  const draft: Draft = { document, etag: '"1"', updatedAt: ORIGINAL.updatedAt, repairs: [], unreadable: [] }
  const created: CreateWorkflow[] = []
  const create = async (body: CreateWorkflow) => {
    created.push(body)
    return { ...ORIGINAL, id: 'copy', name: body.name }
  }
  const copy = await duplicateWorkflow(
    { ...client, drafts: { ...client.drafts, get: async () => draft }, workflows: { ...client.workflows, create } },
    original,
  )
  const [body] = created
  if (body === undefined) throw new RangeError('a workflow is created')
  expect(copy).toMatchObject({ id: 'copy', name: body.name })
  return body
}

describe('duplicateWorkflow', () => {
  test('copies name, description and draft, without the secrets that belong to the original', async () => {
    const node = { id: 'a', type: 'call', typeVersion: 1, name: 'Call', position: { x: 0, y: 0 } }
    const document = { ...EMPTY_DOCUMENT, nodes: [{ ...node, params: { url: 'https://shop.test', token: MARKER } }] }
    expect(await duplicate(document)).toEqual({
      name: 'Tickets (copy)',
      description: 'Sorts tickets',
      document: {
        ...EMPTY_DOCUMENT,
        nodes: [{ ...node, params: { url: 'https://shop.test', token: MISSING_SECRET } }],
      },
    })
  })

  test('cuts a name that would become too long, and no letter of it in half', async () => {
    const { name } = await duplicate(EMPTY_DOCUMENT, { ...ORIGINAL, name: `${'x'.repeat(192)}😀tail` })
    expect(name).toBe(`${'x'.repeat(192)} (copy)`)
  })
})
