import type { Json, JsonObject } from '@tenon/core/document'
import { isTemplate, type TemplateTable } from '@tenon/core/expression'
import type { PlanNode } from '../interpreter/plan.ts'
import type { NodeType } from './node-types.ts'
import { resolvableTools } from './tool-params.ts'

/** Path that a template reads, root first; it ends before the first part that is only known at run time. */
type ReadPath = readonly [root: string, ...path: (string | number)[]]

/** Reads of the templates of one node, by root. */
export interface NodeReads {
  /** Keys of `input`; `'*'` if a template reads all of it or a key that is only known at run time. */
  readonly input: readonly string[] | '*'
  /** Node ids below `nodes`; `'*'` as for `input`. */
  readonly nodes: readonly string[] | '*'
  readonly trigger: boolean
  readonly error: boolean
  readonly run: boolean
  /** True if a template reads `item` or `index`. */
  readonly iteration: boolean
  /** True if a template reads `loop`. */
  readonly round: boolean
}

/** Templates of one node of a plan. */
export interface NodeTemplates {
  /** Params of the document without the literal ones. */
  readonly resolvable: JsonObject
  readonly reads: NodeReads
}

type TemplatedType = Pick<NodeType, 'literalParams' | 'toolsParam' | 'typeOf'>

/** Derives the templates of a node once for all of its runs. */
export interface NodeTemplatesTable {
  /** @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`, on each call for a faulty template. */
  of(node: PlanNode, type: TemplatedType): NodeTemplates
}

/** @param templates - Templates of the plan of all the nodes. */
export function createNodeTemplates(templates: TemplateTable): NodeTemplatesTable {
  const known = new Map<PlanNode, NodeTemplates>()
  return {
    of(node, type) {
      const found = known.get(node) ?? describeTemplates(node, type, templates)
      known.set(node, found)
      return found
    },
  }
}

function describeTemplates(
  node: PlanNode,
  { literalParams, toolsParam, typeOf }: TemplatedType,
  templates: TemplateTable,
): NodeTemplates {
  const params = Object.entries(node.params as JsonObject).filter(([name]) => !literalParams.has(name))
  const partOf = (name: string, value: Json) => (name === toolsParam ? resolvableTools(value, { typeOf }) : value)
  const resolvable = Object.fromEntries(params.map(([name, value]) => [name, partOf(name, value)]))
  const texts = templatesIn([node.skipIf, node.idempotency, resolvable] as Json)
  return { resolvable, reads: readsOf(texts, templates) }
}

/**
 * Groups the reads of templates by their roots.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`.
 */
export function readsOf(texts: readonly string[], templates: TemplateTable): NodeReads {
  return groupReads(readsIn(texts, templates))
}

function groupReads(reads: readonly ReadPath[]): NodeReads {
  const has = (root: string) => reads.some((path) => path[0] === root)
  const keysOf = (root: string): readonly string[] | '*' => {
    const keys = reads.filter((path) => path[0] === root).map((path) => path[1])
    return keys.every((key) => typeof key === 'string') ? [...new Set(keys)] : '*'
  }
  return {
    input: keysOf('input'),
    nodes: keysOf('nodes'),
    trigger: has('trigger'),
    error: has('error'),
    run: has('run'),
    iteration: has('item') || has('index'),
    round: has('loop'),
  }
}

/** Returns the templates within a value, at any depth. */
export function templatesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isTemplate(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(templatesIn)
}

/**
 * Returns the paths that templates read; a superset, since branches that are not taken are included.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`.
 */
export function readsIn(templates: readonly string[], table: TemplateTable): readonly ReadPath[] {
  return templates.flatMap((template) =>
    table.analyze(template).reads.map(({ root, path }): ReadPath => [root, ...path]),
  )
}
