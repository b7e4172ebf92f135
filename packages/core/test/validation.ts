import { expect } from 'vitest'
import { applyOperations, type WorkflowDocument, type WorkflowNode } from '../src/document/index.ts'
import type { JsonObject } from '../src/json.ts'
import { node, workflow } from '../src/testing/index.ts'
import { validateWorkflow, type WorkflowIssue } from '../src/validate/index.ts'
import { workflowManifest } from './workflow-types.ts'

export const manifest = workflowManifest()
export const validate = (document: WorkflowDocument): WorkflowIssue[] => validateWorkflow(document, manifest)
export const start = node('start', 'start')
export const end = node('end', 'end')

export function set(id: string, fields: JsonObject = {}, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return node(id, 'set', { fields }, more)
}

export function call(id: string, params: JsonObject = {}, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return node(id, 'acme/call', { url: 'https://x', ...params }, more)
}

/** A sound workflow around some nodes, one after the other. */
export function around(...nodes: WorkflowNode[]): WorkflowDocument {
  const ids = ['start', ...nodes.map(({ id }) => id), 'end']
  const edges = ids.slice(1).map((id, index) => `${ids[index]}>${id}`)
  return workflow([start, ...nodes, end], edges)
}

export function only(issues: readonly WorkflowIssue[], code: string): WorkflowIssue[] {
  return issues.filter((issue) => issue.code === code)
}

/** The one issue with this code. */
export function issueIn(document: WorkflowDocument, code: string): WorkflowIssue {
  const [issue, ...others] = only(validate(document), code)
  expect(others).toEqual([])
  if (issue === undefined) throw new Error(`no ${code} in ${JSON.stringify(validate(document))}`)
  return issue
}

/** The document after the fix of the issue, which no longer has it. */
export function fixed(document: WorkflowDocument, issue: WorkflowIssue): WorkflowDocument {
  const next = applyOperations(document, issue.fix?.operations ?? [])
  expect(only(validate(next), issue.code)).toHaveLength(only(validate(document), issue.code).length - 1)
  return next
}
