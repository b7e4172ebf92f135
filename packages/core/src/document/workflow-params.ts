import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/** The part of a manifest entry that says which workflows its nodes may run. */
export interface WorkflowNamingType {
  /** Behavior that the machine itself provides; `child` for a type that runs a workflow. */
  readonly control?: string
  /** Node types that its nodes may call; absent for none. */
  readonly calls?: readonly unknown[]
  /** JSON Schema of the params. */
  readonly params: JsonSchema
}

/** A param of a node that names a workflow which the node may run. */
export interface NamedWorkflow {
  /** Name of the param. */
  readonly param: string
  /** Id of the workflow. */
  readonly workflowId: string
}

/**
 * Returns the workflows that a node may run, which a published version contains: that of a node with `control: 'child'`,
 * and those that literal params with the control `workflow` of a node with `calls` name.
 *
 * @param params - Params of the node in the document; those without a workflow are left out.
 */
export function workflowsNamedBy(
  { control, calls, params: schema }: WorkflowNamingType,
  params: JsonObject,
): readonly NamedWorkflow[] {
  const names = control === 'child' ? ['workflow'] : calls === undefined ? [] : workflowParams(schema as Json)
  return names.flatMap((param) => {
    const workflowId = params[param]
    return typeof workflowId === 'string' && workflowId !== '' ? [{ param, workflowId }] : []
  })
}

function workflowParams(schema: Json): readonly string[] {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  const isWorkflow = (property: Json | undefined) =>
    isJsonObject(property) && property.control === 'workflow' && property.literal === true
  return Object.keys(properties).filter((name) => isWorkflow(properties[name]))
}
