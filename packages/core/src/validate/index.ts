export { ISSUE_CODES, type IssueCode, type IssueFix, type WorkflowIssue } from './issue.ts'
export { validateWorkflow } from './validate-workflow.ts'
