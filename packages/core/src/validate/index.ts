export { ISSUE_CODES, type IssueCode, type IssueFix, type WorkflowIssue } from './issue.ts'
export { paramSink } from './param-sink.ts'
export { createScopeSchemas, scopeSchemaFor } from './scope-schema-for.ts'
export {
  createWorkflowValidator,
  VALIDATION_BUDGET,
  type ValidationSlices,
  validateWorkflow,
  validateWorkflowInSlices,
} from './validate-workflow.ts'
