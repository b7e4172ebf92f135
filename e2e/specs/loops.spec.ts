import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { runToEnd } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

/** Start, For each order (two rounds that add its total, then its result), End; the loop collects failures. */
const ORDERS = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node(
      'orders',
      'for-each',
      { items: '{{trigger.orders}}', concurrency: 2, onFailure: 'collect' },
      { name: 'Orders', position: { x: 280, y: 0 } },
    ),
    node('twice', 'repeat', { times: 2 }, { name: 'Twice', parentId: 'orders', position: { x: 24, y: 80 } }),
    node(
      'add',
      'set',
      { fields: { sum: '{{(loop.previous?.sum ?? 0) + item.total}}' } },
      { name: 'Add', parentId: 'twice', position: { x: 24, y: 80 } },
    ),
    node(
      'result',
      'set',
      { fields: { order: '{{item.id}}', total: '{{nodes.twice.output.last.sum}}' } },
      { name: 'Result', parentId: 'orders', position: { x: 400, y: 80 } },
    ),
    node('end', 'end', { output: '{{nodes.orders.output}}' }, { name: 'End', position: { x: 1200, y: 0 } }),
  ],
  ['start>orders', 'twice>result', 'orders>end'],
)

test('a loop in a loop runs for each item, and its run shows the failed item first', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Totals', document: ORDERS })
  await client.versions.publish(workflowId)
  const orders = [{ id: 'O-1', total: 3 }, { id: 'O-2' }, { id: 'O-3', total: 5 }]
  const { run, frames } = await runToEnd(client, workflowId, { orders })
  expect(run.status).toBe('completed')
  expect(run.output).toMatchObject({
    results: [{ order: 'O-1', total: 6 }, null, { order: 'O-3', total: 10 }],
    failures: [{ index: 1, code: 'ITERATION_FAILED' }],
  })
  expect(frames.filter(({ type, nodeRunId }) => type === 'node_completed' && nodeRunId === 'add#2.1')).toHaveLength(1)
  const ledger = await client.runs.ledger(run.runId)
  expect(ledger.nodeRuns.find(({ nodeRunId }) => nodeRunId === 'add#1.0')).toMatchObject({
    nodeId: 'add',
    status: 'failed',
  })

  const page = await openAs(ACME.admin, { path: `/runs/${run.runId}` })
  // The inspector of a selected node has the same stepper.
  const items = page.getByTestId('rf__node-orders').getByRole('group', { name: 'Items of Orders' })
  await expect(items.getByText('Item 2 of 3')).toBeVisible()
  await items.getByRole('button', { name: 'Next item' }).click()
  await expect(items.getByText('Item 3 of 3')).toBeVisible()
})

/** Start, For each number (the double, or a break at the first that is 0), End. */
const SEARCH = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node('each', 'for-each', { items: '{{trigger.numbers}}' }, { name: 'Numbers', position: { x: 280, y: 0 } }),
    node(
      'zero',
      'if-else',
      { left: '{{item}}', operator: '==', right: 0 },
      { name: 'Zero?', parentId: 'each', position: { x: 310, y: 110 } },
    ),
    node(
      'stop',
      'break',
      { result: { last: '{{index}}' } },
      { name: 'Stop', parentId: 'each', position: { x: 600, y: 60 } },
    ),
    node(
      'double',
      'set',
      { fields: { n: '{{item * 2}}' } },
      { name: 'Double', parentId: 'each', position: { x: 600, y: 220 } },
    ),
    node('end', 'end', { output: '{{nodes.each.output}}' }, { name: 'End', position: { x: 1200, y: 0 } }),
  ],
  ['start>each', 'zero:true>stop', 'zero:false>double', 'each>end'],
)

test('a break ends a loop, and its run shows where', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Search', document: SEARCH })
  await client.versions.publish(workflowId)
  const { run } = await runToEnd(client, workflowId, { numbers: [4, 5, 0, 7, 8] })
  expect(run.status).toBe('completed')
  expect(run.output).toEqual({ results: [{ n: 8 }, { n: 10 }, { last: 2 }], failures: [], stoppedAt: 2 })

  const page = await openAs(ACME.admin, { path: `/runs/${run.runId}` })
  const items = page.getByTestId('rf__node-each').getByRole('group', { name: 'Items of Numbers' })
  await expect(items.getByText('Item 3 of 3')).toBeVisible()
  await expect(items.getByText('Ended by a break')).toBeVisible()
})
