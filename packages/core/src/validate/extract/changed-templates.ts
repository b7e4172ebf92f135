import type { DocumentOperation, ParamPath } from '../../document/operation.ts'
import { paramAt, setParam } from '../../document/param-path.ts'
import type { NodePolicy } from '../../document/types.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { SurveyedNode } from '../survey.ts'
import type { ReadChange } from './border-reads.ts'
import { changePaths, type TemplatePath } from './template-paths.ts'

/** A template with the changes of its reads. */
export interface ChangedTemplate {
  readonly surveyed: SurveyedNode
  /** From the node: `['params', ...]` or `['policy', field]`. */
  readonly path: ParamPath
  readonly text: string
  readonly changes: readonly { readonly path: TemplatePath; readonly change: ReadChange }[]
}

type TextOperation = Extract<DocumentOperation, { op: 'set_param' | 'set_policy' }>

/** Returns the operations that write changed templates. Those of defaults are written with the whole param. */
export function textOperations(changed: readonly ChangedTemplate[]): readonly TextOperation[] {
  const defaults = new Map<string, Extract<TextOperation, { op: 'set_param' }>>()
  const operations = changed.flatMap((template): readonly TextOperation[] => {
    const { node, params } = template.surveyed
    const [section, name, ...inside] = template.path
    const value = changePaths(
      template.text,
      template.changes.map(({ path, change }) => ({ path, keys: change.keys, to: change.to() })),
    )
    if (section === 'policy') {
      return [{ op: 'set_policy', nodeId: node.id, field: name as keyof NodePolicy, value }]
    }
    const path: ParamPath = [name as string, ...inside]
    if (paramAt(node.params, path) !== undefined) return [{ op: 'set_param', nodeId: node.id, path, value }]
    const key = JSON.stringify([node.id, name])
    const before: JsonObject = { [name as string]: defaults.get(key)?.value ?? (params[name as string] as Json) }
    const next = setParam(before, path, value)[name as string] as Json
    defaults.set(key, { op: 'set_param', nodeId: node.id, path: [name as string], value: next })
    return []
  })
  return [...operations, ...defaults.values()]
}
