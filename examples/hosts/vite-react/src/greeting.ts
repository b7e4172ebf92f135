import type { WorkflowDocument } from '@tenon/core/document'

export const greeting: WorkflowDocument = {
  schemaVersion: 1,
  nodes: [
    {
      id: 'start',
      type: 'start',
      typeVersion: 1,
      name: 'Start',
      params: { schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
      position: { x: 0, y: 0 },
    },
    {
      id: 'end',
      type: 'end',
      typeVersion: 1,
      name: 'Greeted',
      params: { outcome: 'greeted' },
      position: { x: 320, y: 0 },
    },
  ],
  edges: [{ id: 'start:success>end:in', source: 'start', sourceHandle: 'success', target: 'end', targetHandle: 'in' }],
  variables: [],
  annotations: [],
  settings: {},
}
