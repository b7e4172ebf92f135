import type { Json, JsonSchema, NodeId } from '@tenon/core/document'
import type { ComponentType } from 'react'
import type { FieldDiagnostic } from '../../expression-field/field-types.ts'
import type { ParamField } from '../../manifest/param-field.ts'

/** What a control of a param gets, ours and the host's alike. */
export interface ControlProps {
  /** Node that the param belongs to. */
  readonly nodeId: NodeId
  /** Name, schema and texts of the param. */
  readonly field: ParamField
  /** The schema of all params of the node, for references within it. */
  readonly rootSchema: JsonSchema
  /** `undefined` while the param is not set. */
  readonly value: Json | undefined
  /** Sets the param; `undefined` takes it away. */
  readonly onChange: (value: Json | undefined) => void
  /** `true` while the value must not be changed. */
  readonly isReadOnly: boolean
  /** `true` while validation reports an error for the param. */
  readonly isInvalid: boolean
  /** Faults within the text of the param. */
  readonly diagnostics?: readonly FieldDiagnostic[]
}

/** Controls by the name that `.meta({ control })` of a param gives. */
export type ControlComponents = Readonly<Record<string, ComponentType<ControlProps>>>
