export { checkCompensations } from './check-compensation.ts'
export { MAX_NESTING, nodesTooDeep } from './check-depth.ts'
export { isInLoop } from './check-loops.ts'
export {
  EXTRACTION_REASONS,
  type ExtractedField,
  type Extraction,
  type ExtractionPlan,
  type ExtractionReason,
  type ExtractionReasonCode,
  type ExtractionRequest,
} from './extract/extraction.ts'
export { planExtraction } from './extract/plan-extraction.ts'
export type { FixCode, FixValues } from './fix.ts'
export { ISSUE_CODES, type IssueCode, type IssueFix, type WorkflowIssue } from './issue.ts'
export type { IssueValues } from './issue-values.ts'
export { isParamLate, paramSink } from './param-sink.ts'
export { runOutputSchema } from './run-output-schema.ts'
export { createScopeSchemas, scopeSchemaFor } from './scope-schema-for.ts'
export { findStartFaults, type StartFault } from './start-faults.ts'
export { type NodeTemplate, type SurveyedNode, surveyDocument, type WorkflowSurvey } from './survey.ts'
export {
  type CheckedWorkflow,
  checkWorkflowInSlices,
  VALIDATION_BUDGET,
  type ValidationSlices,
  validateWorkflow,
  validateWorkflowInSlices,
} from './validate-workflow.ts'
