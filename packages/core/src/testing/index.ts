export { edge, node, type WorkflowParts, withPolicy, workflow } from './document-builder.ts'
export {
  type AnswerTurn,
  createModelServer,
  type ModelServer,
  type ModelServerOptions,
  type ModelServerRequest,
  type ModelTurn,
} from './model-server/model-server.ts'
export {
  createNodeTestHarness,
  type NodeTestHarness,
  type NodeTestHarnessOptions,
  type NodeTestLog,
  type NodeTestRun,
  type NodeTestRunOptions,
} from './node-test-harness.ts'
export { createScriptedHttp, type Respond, type ScriptedAnswer, type ScriptedRequest } from './scripted-http.ts'
export { createTestFiles, type TestFiles } from './test-files.ts'
export { withoutGlobalFetch } from './without-global-fetch.ts'
