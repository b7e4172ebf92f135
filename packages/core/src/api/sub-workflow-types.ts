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
  /** Param that names the workflow, at which its problems are listed. @defaultValue `workflow` */
  readonly param?: string
  /** Input of the run, with templates; absent if only the code of the node knows it, which is not checked then. */
  readonly input?: Json
}

/** Request to check nodes that run other workflows, and the error handler. */
export interface CheckSubWorkflows {
  /** Nodes to check, at most 500. */
  readonly calls: readonly SubWorkflowCall[]
  /** Workflow that handles the failures of runs of the draft; absent to check none. */
  readonly errorHandler?: WorkflowId
}

/** Answer to {@link CheckSubWorkflows}. */
export interface CheckedSubWorkflows {
  /**
   * Problems with which publishing would refuse these nodes and this handler, at most 200; their paths begin at the
   * document, as in `['nodes', 'call', 'params', 'workflow']` or `['settings', 'errorHandler', 'workflow']`.
   */
  readonly issues: readonly ProblemIssue[]
}
