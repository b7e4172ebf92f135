import type { Json, JsonSchema, NodeId } from '@tenon/core/document'
import type { ComponentType } from 'react'
import type { FieldDiagnostic } from '../../expression-field/field-types.ts'
import type { ParamField } from '../../manifest/param-field.ts'

/** Props of a control of a param, built-in or of the host. */
export interface ControlProps {
  /** Node that the param belongs to. */
  readonly nodeId: NodeId
  /** Name, schema and texts of the param. */
  readonly field: ParamField
  /** Schema of all params of the node, for references within it. */
  readonly rootSchema: JsonSchema
  /** Value of the param; `undefined` if it is not set. */
  readonly value: Json | undefined
  /** Sets the param; `undefined` removes it. */
  readonly onChange: (value: Json | undefined) => void
  /** `true` while the value must not be changed. */
  readonly isReadOnly: boolean
  /** `true` while validation reports an error for the param. */
  readonly isInvalid: boolean
  /** Faults within the text of the param. */
  readonly diagnostics?: readonly FieldDiagnostic[]
}

/** Controls by the name in `.meta({ control })` of a param. */
export type ControlComponents = Readonly<Record<string, ComponentType<ControlProps>>>
