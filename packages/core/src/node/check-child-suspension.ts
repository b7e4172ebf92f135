import { TenonError } from '../errors/index.ts'
import type { NodeDefinition } from './definition.ts'

/**
 * Checks that a node that returned a {@link ChildSuspension} may start runs.
 *
 * @param node - Type of the node, with its control; `null` or absent for a node without one.
 * @throws {@link TenonError} `NODE_OUTPUT_INVALID` for a node without `control: 'child'`: the workflow that it names is
 * not part of the published version.
 */
export function checkChildSuspension({
  type,
  control,
}: {
  readonly type: string
  readonly control?: NodeDefinition['control'] | null
}): void {
  if (control === 'child') return
  throw new TenonError('NODE_OUTPUT_INVALID', `"${type}" cannot start runs: its definition lacks control: 'child'`, {
    remedy: "Add control: 'child' to the definition of the node type, or return another result.",
  })
}
