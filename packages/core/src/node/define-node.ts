import type { z } from 'zod'
import { checkDefinition } from './check-definition.ts'
import type { LintRule, NodeDefinition, OutputSchema, PortDefinition, PortsFromParam } from './definition.ts'

/** True if a value has a `Date` in it, a few levels deep. */
type HasDate<Value, Depth extends readonly unknown[] = []> = Depth['length'] extends 4
  ? false
  : unknown extends Value
    ? false
    : true extends (
          Value extends Date
            ? true
            : Value extends readonly (infer Item)[]
              ? HasDate<Item, [...Depth, unknown]>
              : Value extends object
                ? { [Key in keyof Value]-?: HasDate<Value[Key], [...Depth, unknown]> }[keyof Value]
                : false
        )
      ? true
      : false

/** Argument of {@link defineNode}; a port without a schema in `outputs`, or one named `error`, does not compile. */
export type NodeDefinitionInput<
  Params extends z.ZodObject,
  Outputs extends Readonly<Record<string, OutputSchema>>,
> = NodeDefinition<Params, Outputs> & {
  readonly params: HasDate<z.input<Params>> extends true ? 'JSON has no dates: use z.iso.datetime()' : unknown
  readonly outputs: { readonly error?: never }
  readonly ports: readonly (
    | PortsFromParam
    | (PortDefinition & { readonly name: Exclude<keyof NoInfer<Outputs> & string, '*'> })
  )[]
}

/**
 * Declares a node type as frozen data, from which the types of params, ports and outputs are inferred.
 *
 * @param definition - Its schemas must have a JSON Schema form, from which the editor builds the form.
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` (details: `type`, `field`) for a field that is missing, unknown
 * or of another type, a transform, an invalid name, a port without output or an output without port, an unknown param
 * in the summary, a path or `dependsOn`, a misspelled control, a type that JSON does not have such as a date, or a
 * `refine()` whose rule neither `.meta()` nor a lint rule declares; `RETRY_POLICY_INVALID` for a default retry policy
 * that is out of range.
 *
 * @example
 * ```ts
 * import { defineNode } from '@tenon/core/node'
 * import { z } from 'zod'
 *
 * export const greet = defineNode({
 *   type: 'acme/greet',
 *   version: 1,
 *   title: 'Greet',
 *   description: 'Say hello to a person',
 *   icon: 'M4 12h16',
 *   category: 'action',
 *   params: z.object({ name: z.string().min(1).meta({ title: 'Name', control: 'text' }) }),
 *   ports: [{ name: 'success', title: 'Done' }],
 *   outputs: { success: z.object({ greeting: z.string() }) },
 *   summary: 'Greets {name}',
 *   effect: 'none',
 * })
 * ```
 */
export function defineNode<Params extends z.ZodObject, const Outputs extends Readonly<Record<string, OutputSchema>>>(
  definition: NodeDefinitionInput<Params, Outputs>,
): NodeDefinition<Params, Outputs> {
  checkDefinition(definition)
  return Object.freeze({
    ...definition,
    ports: freezeAll(definition.ports),
    outputs: Object.freeze({ ...definition.outputs }),
    ...(definition.inputs === undefined ? {} : { inputs: freezeAll(definition.inputs) }),
    ...(definition.policy === undefined ? {} : { policy: Object.freeze({ ...definition.policy }) }),
    ...(definition.tool === undefined ? {} : { tool: Object.freeze({ ...definition.tool }) }),
    ...(definition.calls === undefined ? {} : { calls: freezeAll(definition.calls) }),
    ...(definition.lint === undefined ? {} : { lint: freezeAll(definition.lint.map(freezeFix)) }),
  })
}

function freezeFix(rule: LintRule): LintRule {
  return rule.fix === undefined ? rule : { ...rule, fix: Object.freeze({ ...rule.fix }) }
}

function freezeAll<Item extends object>(items: readonly Item[]): readonly Item[] {
  return Object.freeze(items.map((item) => Object.freeze({ ...item })))
}
