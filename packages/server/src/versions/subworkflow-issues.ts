import type { Json, JsonSchema, WorkflowId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { isTemplate } from '@tenon/core/expression'
import { findCertainFaults } from '@tenon/core/node'
import { MAX_RUN_DEPTH } from '@tenon/core/run'
import { serverIssue } from '../server-issue.ts'

/** A part of a document that runs a workflow: a node, or the error handler. */
export interface WorkflowReference {
  /** Name for messages. */
  readonly name: string
  readonly workflowId: WorkflowId
  /** Input of the run, with templates; `undefined` if only the code of the node knows it. */
  readonly input: Json | undefined
  /** Path of the reference in the document. */
  readonly at: ProblemIssue['path']
  /** Path of the input in the document. */
  readonly inputAt: ProblemIssue['path']
}

/** Reason why a workflow cannot be run. */
export type Refusal =
  | { readonly kind: 'missing'; readonly workflowId: WorkflowId }
  | { readonly kind: 'deleted' | 'unpublished' | 'untriggered' | 'deep'; readonly name: string }
  /** Names of the workflows on the way from the one to publish back to it. */
  | { readonly kind: 'cyclic'; readonly names: readonly string[] }

/** Creates the issue of a reference to a workflow that cannot be run. */
export function refusalIssue({ name, at }: WorkflowReference, refusal: Refusal): ProblemIssue {
  switch (refusal.kind) {
    case 'missing': {
      const { workflowId } = refusal
      const message = `${name}: no workflow has the id "${workflowId}". Choose another workflow`
      return serverIssue('SUBWORKFLOW_NOT_FOUND', at, message, { workflowId })
    }
    case 'deleted': {
      const { name: workflow } = refusal
      const message = `${name}: the workflow "${workflow}" was deleted. Restore it, or choose another workflow`
      return serverIssue('SUBWORKFLOW_DELETED', at, message, { workflow })
    }
    case 'unpublished': {
      const { name: workflow } = refusal
      const message = `${name}: the workflow "${workflow}" has no published version. Publish it first`
      return serverIssue('SUBWORKFLOW_NOT_PUBLISHED', at, message, { workflow })
    }
    case 'untriggered': {
      const { name: workflow } = refusal
      const message = `${name}: the workflow "${workflow}" has no enabled start node. Enable or add one, and publish that workflow first`
      return serverIssue('SUBWORKFLOW_NO_TRIGGER', at, message, { workflow })
    }
    case 'deep': {
      const { name: workflow } = refusal
      const message = `${name}: a chain of more than ${MAX_RUN_DEPTH} workflows that run each other starts with "${workflow}". Let one workflow do the work of several, or choose another workflow`
      return serverIssue('SUBWORKFLOW_TOO_DEEP', at, message, { workflow, maximum: MAX_RUN_DEPTH })
    }
    case 'cyclic': {
      const path = refusal.names.join(' → ')
      const fault =
        refusal.names.length === 2
          ? `a workflow cannot run itself (${path})`
          : `this workflow would run an earlier version of itself: ${path}`
      return serverIssue('SUBWORKFLOW_CYCLE', at, `${name}: ${fault}. Choose a workflow that does not run this one`, {
        path,
      })
    }
  }
}

/**
 * Reports the faults of an input that its templates cannot remove.
 *
 * @param input - Input of the run, with templates.
 * @param workflow - Name of the workflow to run.
 * @param schema - JSON Schema of the input of that workflow.
 */
export function inputIssues(
  { name, inputAt, at }: Omit<WorkflowReference, 'input'>,
  input: Json,
  workflow: string,
  schema: JsonSchema,
): readonly ProblemIssue[] {
  // The input of an error handler is not in the document.
  const isGiven = inputAt === at
  return faultsOf(schema, input).map(({ path, fault, remedy }) => {
    const field = path.length === 0 ? '' : ` at "${path.join('.')}"`
    const advice = isGiven ? HANDLER_REMEDY : remedy
    const message = `${name}: the input of the workflow "${workflow}" is not valid${field}: ${fault}. ${advice}`
    return serverIssue('SUBWORKFLOW_INPUT_INVALID', isGiven ? at : [...inputAt, ...path], message, { workflow, fault })
  })
}

const HANDLER_REMEDY =
  'Give its trigger the input schema of an error handler and publish it, or choose another workflow'

interface InputFault {
  readonly path: ProblemIssue['path']
  readonly fault: string
  readonly remedy: string
}

function faultsOf(schema: JsonSchema, input: Json): readonly InputFault[] {
  try {
    const remedy = 'Correct the input of the node'
    return findCertainFaults(schema, input, isTemplate).map(({ path, message }) => ({ path, fault: message, remedy }))
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== 'JSON_SCHEMA_INVALID') throw error
    // Its runs would fail in the same way.
    const remedy = 'Correct the input schema of that workflow and publish it, or make the input smaller'
    return [{ path: [], fault: error.message, remedy }]
  }
}
