import type { WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'

const NODES_PER_STAGE = 5

/**
 * Creates a workflow of about `size` nodes as people build them: stages of a call, a condition on its answer, two
 * branches that write the same key, and a node behind both that reads it.
 *
 * @param mark - A text in some params, so that two workflows share few texts.
 */
export function largeWorkflow(size: number, mark = ''): WorkflowDocument {
  const stages = Array.from({ length: Math.floor(size / NODES_PER_STAGE) }, (_, at) => stage(at, mark))
  const last = `merge${stages.length - 1}`
  return workflow(
    [node('start', 'start', { inputSchema: INPUT }), ...stages.flatMap(({ nodes }) => nodes), node('end', 'end')],
    [...stages.flatMap(({ edges }) => edges), `${last}>end`],
  )
}

const INPUT = {
  type: 'object',
  properties: { id: { type: 'string' }, score: { type: 'number' } },
  required: ['id', 'score'],
}

function stage(at: number, mark: string) {
  const [call, check, yes, no, merge] = [`call${at}`, `check${at}`, `yes${at}`, `no${at}`, `merge${at}`] as const
  const nodes = [
    node(call, 'http-call', {
      url: `https://api.example/${mark}/orders/{{ trigger.id }}/${at}`,
      method: 'POST',
      headers: { 'x-order': '{{ trigger.id }}' },
      bodyType: 'json',
      body: `{"id": {{ trigger.id }}, "stage": ${at}}`,
    }),
    node(check, 'if-else', { left: '{{ trigger.score }}', operator: '>', right: at }),
    node(yes, 'set', { fields: { [`k${at}`]: `{{ nodes.${call}.output.status }}`, note: 'Order {{ trigger.id }}' } }),
    node(no, 'set', { fields: { [`k${at}`]: '{{ trigger.score * 2 + 1 }}' } }),
    node(merge, 'set', { fields: { [`m${at}`]: `{{ input.k${at} ?? 0 }}` } }),
  ]
  const before = at === 0 ? 'start' : `merge${at - 1}`
  const edges = [
    `${before}>${call}`,
    `${call}>${check}`,
    `${check}:true>${yes}`,
    `${check}:false>${no}`,
    `${yes}>${merge}`,
    `${no}>${merge}`,
  ]
  return { nodes, edges }
}
