export { edge, node, type WorkflowParts, withPolicy, workflow } from './document-builder.ts'
