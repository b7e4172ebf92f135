import {
  type Json,
  type JsonObject,
  type JsonSchema,
  jsonEqual,
  type NodeId,
  type ParamPath,
} from '@tenon/core/document'
import { useCallback, useMemo, useState } from 'react'
import { ExpressionField } from '../../expression-field/expression-field.tsx'
import { isTemplate } from '../../graph/template-parts.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { isFieldShown, type ParamField } from '../../manifest/param-field.ts'
import { useSession } from '../../session/session-context.tsx'
import { useBurst } from '../../session/use-burst.ts'
import { useRowInput } from '../../session/use-row-input.ts'
import { Boundary, SlotFailed } from '../../ui/boundary.tsx'
import { Field } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { useControl } from './controls-context.ts'
import { FieldFault } from './field-fault.tsx'
import { textKeyOf, textOf } from './text-of.ts'
import { diagnosticsOf, useFieldProblems } from './use-field-problems.ts'
import { useJudgedProblems } from './use-judged-problems.ts'

/** Controls of several parts, which have a legend instead of a label. */
const GROUP_CONTROLS: readonly string[] = [
  'json-schema',
  'data-values',
  'key-value',
  'cases',
  'people',
  'group',
  'list',
  'duration',
  'workflow-input',
  'tools',
]

/** Controls of plain values that can be switched to a template. */
const SWITCHABLE_CONTROLS: readonly string[] = ['number', 'switch', 'select', 'duration', 'people', 'list', 'json']

/** Controls whose changes are single decisions, not typed characters. */
const CHOICE_CONTROLS: readonly string[] = [
  'switch',
  'select',
  'people',
  'json-schema',
  'workflow',
  'connection',
  'time-zone',
  'data-table',
  'data-column',
]

/** Controls whose parts are rows with their own faults. */
const NESTING_CONTROLS: readonly string[] = ['cases', 'group', 'list', 'workflow-input', 'tools']

interface ParamRowsProps {
  readonly nodeId: NodeId
  /** Path of the object that contains the fields. */
  readonly path: ParamPath
  readonly rootSchema: JsonSchema
  readonly fields: readonly ParamField[]
  /** Object that contains the fields. */
  readonly siblings: JsonObject
  readonly isReadOnly: boolean
}

/** Labeled controls of the fields that are visible for the current values. */
export function ParamRows({ nodeId, path, rootSchema, fields, siblings, isReadOnly }: ParamRowsProps) {
  const withDefaults = withDefaultsOf(fields, siblings)
  const shown = fields.filter((field) => isFieldShown(field, withDefaults))
  useRowInput(
    textKeyOf(nodeId, path),
    shown.map((field) => ({ id: field.name, key: textKeyOf(nodeId, field.path) })),
  )
  return shown.map((field) => (
    <ParamRow
      key={field.name}
      nodeId={nodeId}
      rootSchema={rootSchema}
      field={field}
      value={siblings[field.name]}
      isReadOnly={isReadOnly}
    />
  ))
}

/** Controls with a row for each name of an object. */
const ROW_CONTROLS: readonly string[] = ['key-value', 'data-values', 'workflow-input']

interface ParamRowProps {
  readonly nodeId: NodeId
  readonly rootSchema: JsonSchema
  readonly field: ParamField
  readonly value: Json | undefined
  readonly isReadOnly: boolean
}

/** Labeled control of one field. */
export function ParamRow({ nodeId, rootSchema, field, value, isReadOnly }: ParamRowProps) {
  const { dispatch } = useSession()
  const found = useFieldProblems(nodeId, ['params', ...field.path], {
    withParts: !NESTING_CONTROLS.includes(field.control),
  })
  const isTyped = !CHOICE_CONTROLS.includes(field.control)
  const { problems, onFocus, onBlur } = useJudgedProblems(found, value, { isTyped })
  const diagnostics = useMemo(
    () => diagnosticsOf(problems.filter((problem) => problem.field.length === field.path.length + 1)),
    [problems, field.path],
  )
  const [wantsTemplate, setWantsTemplate] = useState(false)
  const Control = useControl(field.control)
  const { path } = field
  const inBurst = useBurst()
  const isAsWritten = field.control === 'json'
  const onChange = useCallback(
    (next: Json | undefined) => {
      const isSame = isAsWritten ? JSON.stringify(next) === JSON.stringify(value) : jsonEqual(next, value)
      if (next !== undefined && value !== undefined && isSame) return
      const change = () =>
        next === undefined
          ? dispatch({ type: 'unset-param', nodeId, path })
          : dispatch({ type: 'set-param', nodeId, path, value: next, isAsWritten })
      if (isTyped) inBurst({ field: 'value', before: textOf(value), after: textOf(next) }, change)
      else change()
    },
    [dispatch, inBurst, isAsWritten, isTyped, nodeId, path, value],
  )
  // Rows cannot show a template that gives the whole object, so it has a field of its own until it is replaced.
  const isWholeTemplate = ROW_CONTROLS.includes(field.control) && isTemplate(value)
  const canSwitch = field.meta.literal !== true && (SWITCHABLE_CONTROLS.includes(field.control) || isWholeTemplate)
  const isShownAsTemplate = canSwitch && (isTemplate(value) || wantsTemplate)
  const [first] = problems
  const fault =
    first === undefined ? undefined : <FieldFault problem={first} more={problems.length - 1} title={field.title} />
  const isInvalid = first?.severity === 'error'
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the row only watches whether the focus is inside
    <div data-param={path.join('.')} onFocus={onFocus} onBlur={onBlur}>
      <Field
        label={field.title}
        help={fault !== undefined && !isInvalid ? fault : field.description}
        // An item of a list exists, or its row would not be shown.
        required={field.isRequired && typeof path.at(-1) === 'string'}
        group={GROUP_CONTROLS.includes(field.control) && !isShownAsTemplate}
        error={isInvalid ? fault : undefined}
        {...(canSwitch && !isReadOnly
          ? {
              hint: (
                <TemplateToggle
                  isOn={isShownAsTemplate}
                  isRequired={field.isRequired}
                  onToggle={(isOn) => {
                    setWantsTemplate(isOn)
                    if (!isOn && isTemplate(value)) onChange(field.schema.default)
                  }}
                />
              ),
            }
          : {})}
      >
        {isShownAsTemplate ? (
          <ExpressionField
            nodeId={nodeId}
            path={path}
            value={textOf(value)}
            onChange={(text) => onChange(text === '' ? undefined : text)}
            isReadOnly={isReadOnly}
            isInvalid={isInvalid}
            diagnostics={diagnostics}
            placeholder="{{input.…}}"
            label={field.title}
          />
        ) : (
          <Boundary resetKey={value} fallback={(retry) => <SlotFailed onRetry={retry} />}>
            <Control
              nodeId={nodeId}
              field={field}
              rootSchema={rootSchema}
              value={value}
              onChange={onChange}
              isReadOnly={isReadOnly}
              isInvalid={isInvalid}
              diagnostics={diagnostics}
            />
          </Boundary>
        )}
      </Field>
    </div>
  )
}

interface TemplateToggleProps {
  readonly isOn: boolean
  readonly isRequired: boolean
  readonly onToggle: (isOn: boolean) => void
}

function TemplateToggle({ isOn, isRequired, onToggle }: TemplateToggleProps) {
  const t = useTranslate()
  const label = isOn ? t('control.asValue') : t('control.asReference')
  return (
    <span className="tn-field-extra">
      {isRequired && t('ui.required')}
      <Tooltip content={label}>
        <button
          type="button"
          className="tn-template-toggle"
          aria-label={label}
          aria-pressed={isOn}
          onClick={() => onToggle(!isOn)}
        >
          <Icon name="link" size={14} />
        </button>
      </Tooltip>
    </span>
  )
}

// A field that depends on another one uses the default of that one while it is not set.
function withDefaultsOf(fields: readonly ParamField[], siblings: JsonObject): JsonObject {
  const defaults = fields.flatMap(({ name, schema }) => (schema.default === undefined ? [] : [[name, schema.default]]))
  return { ...Object.fromEntries(defaults), ...siblings }
}
