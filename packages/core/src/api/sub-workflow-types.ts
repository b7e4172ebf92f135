import type { ProblemIssue } from '../errors/problem.ts'
import type { NodeId, WorkflowId } from '../ids.ts'
import type { Json } from '../json.ts'

/** A node that runs another workflow, as a draft has it. */
export interface SubWorkflowCall {
  /** Node that runs the workflow. */
  readonly nodeId: NodeId
  /** Name of the node, for the messages of its problems. */
  readonly name: string
  /** Workflow to run. */
  readonly workflowId: WorkflowId
  /** Input of the run, with templates. */
  readonly input: Json
}

/** Request to check nodes that run other workflows. */
export interface CheckSubWorkflows {
  /** Nodes to check, at most 500. */
  readonly calls: readonly SubWorkflowCall[]
}

/** Answer to {@link CheckSubWorkflows}. */
export interface CheckedSubWorkflows {
  /**
   * Problems with which publishing would refuse these nodes, at most 200; their paths begin at the document, as in
   * `['nodes', 'call', 'params', 'workflow']`.
   */
  readonly issues: readonly ProblemIssue[]
}
