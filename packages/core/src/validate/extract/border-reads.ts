import type { ParsedTemplate } from '../../expression/ast.ts'
import type { NodeId } from '../../ids.ts'
import type { FlowNode } from '../flow-node.ts'
import { isRetryIf } from '../scope-schema.ts'
import { evaluatedTemplates, type SurveyedNode, type WorkflowSurvey } from '../survey.ts'
import type { ChangedTemplate } from './changed-templates.ts'
import type { Reasons } from './extraction.ts'
import type { Surroundings } from './surroundings.ts'
import { type TemplatePath, templatePaths } from './template-paths.ts'

/** A path in a template of a node. */
export interface BorderRead {
  readonly node: FlowNode
  readonly path: TemplatePath
  readonly root: string
  readonly keys: TemplatePath['keys']
}

/** Replaces the first `keys` keys of a path, with its root; the text is known once all fields have names. */
export interface ReadChange {
  readonly keys: number
  readonly to: () => string
}

/** Returns the change of a read; `null` to leave it. */
export type ChangeRead = (read: BorderRead) => ReadChange | null

/** Applies a function to the reads of a node's templates, and returns those templates that change. */
export function changeReads(
  survey: WorkflowSurvey,
  around: Surroundings,
  nodes: readonly SurveyedNode[],
  reasons: Reasons,
  change: ChangeRead,
): readonly ChangedTemplate[] {
  return nodes.flatMap((surveyed) => {
    const node = around.traced.flow.byId.get(surveyed.node.id) as FlowNode
    return evaluatedTemplates(surveyed).flatMap(({ path, text }): readonly ChangedTemplate[] => {
      const parsed = parse(survey, text)
      if (parsed === null) return []
      const changes = templatePaths(parsed).flatMap((read) => {
        const { root, keys } = read
        if (root === 'error') {
          if (!isRetryIf(path)) checkError(around, node, reasons)
          return []
        }
        const found = change({ node, path: read, root, keys })
        return found === null ? [] : [{ path: read, change: found }]
      })
      return changes.length === 0 ? [] : [{ surveyed, path, text, changes }]
    })
  })
}

/** Parses a template; `null` for one with a syntax error, which reads nothing. */
function parse(survey: WorkflowSurvey, text: string): ParsedTemplate | null {
  try {
    return survey.templates.parse(text)
  } catch {
    return null
  }
}

/** Refuses an `error` that would be read on the other side of the border. */
function checkError({ traced, region }: Surroundings, node: FlowNode, reasons: Reasons): void {
  const { id } = node.surveyed.node
  const isReaderIn = region.ids.has(id)
  const writers: readonly NodeId[] = traced.scopes.error(node)?.writers ?? []
  if (writers.every((writer) => region.ids.has(writer) === isReaderIn)) return
  reasons.add('ERROR_VALUE', [id], 'error')
}
