import { isTemplate, type TemplateTable } from '@tenon/core/expression'

/** A place that a template reads, root first; it ends before the first part that is only known at run time. */
export type ReadPath = readonly [root: string, ...path: (string | number)[]]

/** The templates within a value, at any depth. */
export function templatesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isTemplate(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(templatesIn)
}

/**
 * The places that templates read; a superset, since branches that are not taken count.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`.
 */
export function readsIn(templates: readonly string[], table: TemplateTable): readonly ReadPath[] {
  return templates.flatMap((template) =>
    table.analyze(template).reads.map(({ root, path }): ReadPath => [root, ...path]),
  )
}
