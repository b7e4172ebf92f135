import { expect } from 'vitest'
import { applyOperations, type WorkflowDocument, type WorkflowNode } from '../src/document/index.ts'
import type { JsonObject } from '../src/json.ts'
import { node, workflow } from '../src/testing/index.ts'
import { validateWorkflow, type WorkflowIssue } from '../src/validate/index.ts'
import { workflowManifest } from './workflow-types.ts'

export const manifest = workflowManifest()

/** Values that no English message shows: names of fields, those that choose a message, and an operator to replace. */
const UNSEEN = ['setting', 'count', 'edges', 'steps', 'reason', 'limit', 'wrong']
/** Values that contain kinds, which messages show with an article and joined by "or". */
const KINDS = ['wanted', 'given', 'left', 'right', 'expected', 'found']

/** Checks that a text shows each of its values, so that a translation can do so as well. */
export function expectShown(text: string, values: Readonly<Record<string, string | number>> = {}): void {
  for (const [name, value] of Object.entries(values)) {
    if (KINDS.includes(name)) {
      for (const kind of String(value).split(', ')) expect(text.toLowerCase()).toContain(kind)
      continue
    }
    const shown = JSON.stringify(String(value)).slice(1, -1)
    if (!UNSEEN.includes(name) && !text.includes(String(value))) expect(text).toContain(shown)
  }
}

/** The issues of a document; their messages and the titles of their fixes show the values that they give. */
export function validate(document: WorkflowDocument): WorkflowIssue[] {
  const issues = validateWorkflow(document, manifest)
  for (const { message, values, fix } of issues) {
    expectShown(message, values)
    if (fix !== undefined) expectShown(fix.title, fix.values)
  }
  return issues
}
export const start = node('start', 'start')
export const end = node('end', 'end')

export function set(id: string, fields: JsonObject = {}, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return node(id, 'set', { fields }, more)
}

export function call(id: string, params: JsonObject = {}, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return node(id, 'acme/call', { url: 'https://x', ...params }, more)
}

/** A loop over a list of two texts. */
export function each(id: string, params: JsonObject = {}, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return node(id, 'each', { items: ['a', 'b'], ...params }, more)
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
