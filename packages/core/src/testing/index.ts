export {
  createNodeTestHarness,
  type NodeTestHarness,
  type NodeTestHarnessOptions,
  type NodeTestLog,
  type NodeTestRun,
  type NodeTestRunOptions,
} from './create-node-test-harness.ts'
export { edge, node, type WorkflowParts, withPolicy, workflow } from './document-builder.ts'
export type { Respond, ScriptedAnswer, ScriptedRequest } from './scripted-http.ts'
