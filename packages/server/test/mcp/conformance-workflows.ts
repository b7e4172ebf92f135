import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'

const schemaOf = (properties: JsonObject): JsonObject => ({ type: 'object', properties })

function tool(name: string, document: WorkflowDocument): WorkflowDocument {
  return { ...document, settings: { tool: { name, description: `Tool ${name} of the conformance scenarios` } } }
}

/** start → end */
function saying(name: string, output: string, properties: JsonObject = {}): WorkflowDocument {
  const nodes = [node('start', 'start', { inputSchema: schemaOf(properties) }), node('end', 'end', { output })]
  return tool(name, workflow(nodes, ['start>end']))
}

/** start → delay → end */
const slow = tool(
  'slow_compute',
  workflow(
    [
      node('start', 'start', { inputSchema: schemaOf({ seconds: { type: 'number' }, label: { type: 'string' } }) }),
      node('wait', 'delay', { seconds: '{{input.seconds}}' }),
      node('end', 'end', { output: 'computed {{input.label}}' }),
    ],
    ['start>wait', 'wait>end'],
  ),
)

/** start → delay → work, which fails */
const failing = (name: string, seconds: number) =>
  tool(
    name,
    workflow(
      [
        ...[node('start', 'start'), node('wait', 'delay', { seconds })],
        ...[node('job', 'work', { fail: 'no' }), node('end', 'end')],
      ],
      ['start>wait', 'wait>job', 'job>end'],
    ),
  )

/** start → work → end */
const progressing = tool(
  'test_tool_with_progress',
  workflow(
    [node('start', 'start'), node('a', 'work'), node('b', 'work'), node('c', 'work'), node('end', 'end')],
    ['start>a', 'a>b', 'b>c', 'c>end'],
  ),
)

/** start → approval → end */
const confirming = tool(
  'confirm_delete',
  workflow(
    [
      node('start', 'start', { inputSchema: schemaOf({ filename: { type: 'string' } }) }),
      node('ask', 'approval', { title: 'Delete {{input.filename}}?' }),
      node('end', 'end', { output: 'deleted {{input.filename}}' }),
      node('kept', 'end', { output: 'kept {{input.filename}}' }),
    ],
    ['start>ask', 'ask:approve>end', 'ask:reject>kept'],
  ),
)

/** start → two approvals at once */
const asking = tool(
  'multi_input',
  workflow(
    [
      node('start', 'start'),
      node('a', 'approval', { title: 'First?' }),
      node('b', 'approval', { title: 'Second?' }),
      node('end', 'end', { output: 'done' }),
      node('other', 'end', { output: 'done' }),
    ],
    ['start>a', 'start>b', 'a:approve>end', 'b:approve>other'],
  ),
)

/** The workflows that the conformance scenarios call, as tools. */
export const conformanceWorkflows: readonly WorkflowDocument[] = [
  saying('greet', 'Hello, {{input.name}}!', { name: { type: 'string' } }),
  saying('test_simple_text', 'This is a simple text response for testing.'),
  ...[slow, failing('failing_job', 1), failing('test_error_handling', 0), progressing, confirming, asking],
]
